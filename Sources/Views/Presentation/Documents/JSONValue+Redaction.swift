extension JSONValue {
    /// The replacement for a secret, in Base64 too, so that the object stays what it was in form.
    private static let redacted = JSONValue.string("redacted")
    private static let redactedBase64 = JSONValue.string("cmVkYWN0ZWQ=")

    /// An object as Kubernetes writes it, without the values of a Secret, without the password of a BGPPeer, and without
    /// the copy of both that `kubectl apply` leaves in an annotation.
    package var withoutSecrets: JSONValue {
        var object = changing("metadata") {
            $0.changing("annotations") { $0.removing("kubectl.kubernetes.io/last-applied-configuration") }
        }
        switch object["kind"] {
        case .string("Secret"):
            object = object.changing("data") { $0.mappingMembers { _ in .redactedBase64 } }
            return object.changing("stringData") { $0.mappingMembers { _ in .redacted } }
        case .string("BGPPeer"):
            return object.changing("spec") { $0.changing("password") { $0 == .null ? $0 : .redacted } }
        default: return object
        }
    }

    /// The value of a member; `nil` where there is none.
    private subscript(_ name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.value
    }

    private func changing(_ name: String, _ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(
            members.map { $0.name == name ? JSONMember(name: name, value: change($0.value)) : $0 })
    }

    private func removing(_ name: String) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { $0.name != name })
    }

    private func mappingMembers(_ change: (JSONValue) -> JSONValue) -> JSONValue {
        guard case .object(let members) = self else { return self }
        return .object(members.map { JSONMember(name: $0.name, value: change($0.value)) })
    }
}
