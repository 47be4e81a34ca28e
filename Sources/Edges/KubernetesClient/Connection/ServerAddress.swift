import FoundationEssentials

/// The parts of a server's URL.
struct ServerAddress: Hashable, Sendable {
    let isSecure: Bool
    /// A name or an address, without brackets; empty if the text is no URL.
    let host: String
    let port: Int
    /// As the header `Host` has it.
    let authority: String
    private let path: String

    init(_ text: String) {
        let url = URL(string: text)
        isSecure = url?.scheme?.lowercased() == "https"
        let name = url?.host() ?? ""
        host = name.hasPrefix("[") ? String(name.dropFirst().dropLast()) : name
        port = url?.port ?? (isSecure ? 443 : 80)
        let bracketed = host.contains(":") ? "[\(host)]" : host
        authority = url?.port.map { "\(bracketed):\($0)" } ?? bracketed
        let path = url?.path() ?? ""
        self.path = path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// Whether the text can be a server: `http` or `https`, and a host.
    static func isValid(_ text: String) -> Bool {
        guard let url = URL(string: text), let scheme = url.scheme?.lowercased() else { return false }
        return (scheme == "https" || scheme == "http") && !(url.host() ?? "").isEmpty && url.query() == nil
    }

    /// The same place under another name.
    func url(withHost name: String) -> String { "\(isSecure ? "https" : "http")://\(name):\(port)\(path)" }
}
