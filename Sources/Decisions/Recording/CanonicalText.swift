/// Any value as one line of text that depends on nothing but the value: what has no order of its own is sorted.
package enum CanonicalText {
    package static func of(_ value: Any) -> String {
        if let text = value as? String { return "\"\(text)\"" }
        let mirror = Mirror(reflecting: value)
        switch mirror.displayStyle {
        case .optional: return mirror.children.first.map { of($0.value) } ?? "nil"
        case .collection: return "[\(mirror.children.map { of($0.value) }.joined(separator: ", "))]"
        case .set: return "[\(mirror.children.map { of($0.value) }.sorted().joined(separator: ", "))]"
        case .dictionary:
            let members = mirror.children.map { member in
                Mirror(reflecting: member.value).children.map { of($0.value) }.joined(separator: ": ")
            }
            return "[\(members.sorted().joined(separator: ", "))]"
        case .tuple: return "(\(members(of: mirror)))"
        case .enum:
            if let value = value as? any CustomStringConvertible { return value.description }
            guard let payload = mirror.children.first else { return "\(value)" }
            let inner = Mirror(reflecting: payload.value)
            let text = inner.displayStyle == .tuple ? members(of: inner) : of(payload.value)
            return "\(payload.label ?? "")(\(text))"
        default:
            // What says what it is says it without secrets: passwords are among these.
            if let value = value as? any CustomStringConvertible { return value.description }
            return "\(type(of: value))(\(members(of: mirror)))"
        }
    }

    private static func members(of mirror: Mirror) -> String {
        mirror.children.map { child in
            // A part of a tuple without a name has its number as one.
            guard let label = child.label, !label.hasPrefix(".") else { return of(child.value) }
            return "\(label): \(of(child.value))"
        }.joined(separator: ", ")
    }
}
