import ClusterConfiguration
import KubernetesModel

/// An object as it stands in a file, whatever other files say of it.
struct ManifestObject: Sendable {
    /// Where a field stands.
    struct Field: Sendable {
        let path: String
        let location: SourceLocation
    }

    /// Its name is empty if nobody can say which object this is.
    let reference: ObjectReference
    let group: String
    let location: SourceLocation
    /// Of the fields of which something may be said later on.
    var fields: [Field] = []
    var nameProblems: [Problem] = []
    /// `nil` for what configuration depends on.
    private(set) var part: ManifestPart?
    private(set) var append: (@Sendable (inout ClusterState) -> Void)?
    private(set) var remove: (@Sendable (inout ClusterState) -> Void)?

    init(_ reference: ObjectReference, group: String, at location: SourceLocation) {
        self.reference = reference
        self.group = group
        self.location = location
    }

    var isValid: Bool { append != nil }

    mutating func put<Object: KubernetesObject & Decodable & Sendable>(
        _ object: Object, into list: any WritableKeyPath<ClusterState, [Object]> & Sendable
    ) {
        append = { $0[keyPath: list].append(object) }
        remove = { [reference] in $0[keyPath: list].removeAll { ObjectReference($0) == reference } }
        if let service = object as? Service {
            part = .service(service)
        } else if let slice = object as? EndpointSlice {
            part = .endpointSlice(slice)
        }
    }
}
