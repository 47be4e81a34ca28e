/// A request to the API server, as a value.
package struct APIRequest: Hashable, Sendable {
    package enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    package struct Parameter: Hashable, Sendable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var method: Method
    /// As RBAC names it: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete`.
    package var verb: String
    /// The resource's plural, with its subresource: `services/status`. For messages and metrics.
    package var resource: String
    package var path: String
    package var query: [Parameter]
    package var contentType: String?
    package var body: [UInt8]

    package init(
        _ method: Method, verb: String, resource: String, path: String, query: [Parameter] = [],
        contentType: String? = nil, body: [UInt8] = []
    ) {
        self.method = method
        self.verb = verb
        self.resource = resource
        self.path = path
        self.query = query
        self.contentType = contentType
        self.body = body
    }

    /// Path and query, percent-encoded (RFC 3986 §2.1).
    package var target: String {
        guard !query.isEmpty else { return path }
        let text = query.map { "\($0.name)=\(APIRequest.encode($0.value))" }.joined(separator: "&")
        return "\(path)?\(text)"
    }

    /// Everything but what RFC 3986 §2.3 calls unreserved is encoded.
    static func encode(_ text: String) -> String {
        // A path segment of dots alone would be a step up (§3.3).
        if text == "." || text == ".." { return String(repeating: "%2E", count: text.utf8.count) }
        var result = ""
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                result.append(Character(UnicodeScalar(octet)))
            default:
                let digits = String(octet, radix: 16, uppercase: true)
                result += "%" + (digits.count == 1 ? "0" + digits : digits)
            }
        }
        return result
    }
}
