/// What an object says that it is: `apiVersion` and `kind`.
struct TypeMeta: Hashable, Sendable {
    var version: APIVersion
    var kind: String

    init(version: APIVersion, kind: String) {
        self.version = version
        self.kind = kind
    }

    /// `nil` if the object does not say it, nor the list that it is in.
    init?(_ node: ManifestNode, in list: TypeMeta?) {
        guard let kind = node["kind"]?.text ?? list?.kind, !kind.isEmpty,
            let version = node["apiVersion"]?.text ?? list?.version.description, !version.isEmpty
        else { return nil }
        self.init(version: APIVersion(version), kind: kind)
    }
}
