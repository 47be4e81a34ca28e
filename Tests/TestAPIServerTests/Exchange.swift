import TestAPIServer

/// One request, and what any API server answers to it.
struct Exchange: Sendable {
    enum Patch: String, Sendable {
        case merge = "application/merge-patch+json"
        case apply = "application/apply-patch+yaml"
    }

    var method: String
    /// With `{VALUE}` for what an earlier exchange kept.
    var path: String
    var body: JSON?
    var contentType = "application/json"
    var account: String?
    var code: Int
    /// What the answer says, by the place in it.
    var says: [[String]: JSON] = [:]
    /// What the answer does not have.
    var lacks: [[String]] = []
    /// The lines of a watch, as `TYPE name`.
    var events: [String]?
    /// The names of a list's items.
    var names: [String]?
    /// What later exchanges need of the answer, by the name that they call it by.
    var keeps: [String: [String]] = [:]

    static func get(_ path: String, _ code: Int = 200) -> Exchange { Exchange(method: "GET", path: path, code: code) }

    static func create(_ path: String, _ body: JSON, _ code: Int = 201) -> Exchange {
        Exchange(method: "POST", path: path, body: body, code: code)
    }

    static func replace(_ path: String, _ body: JSON, _ code: Int = 200) -> Exchange {
        Exchange(method: "PUT", path: path, body: body, code: code)
    }

    static func merge(_ path: String, _ body: JSON, _ code: Int = 200) -> Exchange {
        Exchange(method: "PATCH", path: path, body: body, contentType: Patch.merge.rawValue, code: code)
    }

    static func apply(_ path: String, _ body: JSON, _ code: Int = 200) -> Exchange {
        Exchange(
            method: "PATCH", path: path + "?fieldManager=martlet&force=true", body: body,
            contentType: Patch.apply.rawValue, code: code)
    }

    static func delete(_ path: String, _ code: Int = 200) -> Exchange {
        Exchange(method: "DELETE", path: path, code: code)
    }

    func says(_ place: String..., value: JSON) -> Exchange {
        var copy = self
        copy.says[place] = value
        return copy
    }

    func lacks(_ place: String...) -> Exchange {
        var copy = self
        copy.lacks.append(place)
        return copy
    }

    func keeps(_ name: String, _ place: String...) -> Exchange {
        var copy = self
        copy.keeps[name] = place
        return copy
    }

    func events(_ events: String...) -> Exchange {
        var copy = self
        copy.events = events
        return copy
    }

    func names(_ names: String...) -> Exchange {
        var copy = self
        copy.names = names
        return copy
    }

    func by(_ account: String) -> Exchange {
        var copy = self
        copy.account = account
        return copy
    }
}
