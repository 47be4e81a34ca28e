import ClusterConfiguration
import KubernetesModel

/// An object that can be taken in alone: no configuration depends on it.
package enum ManifestPart: Hashable, Sendable {
    case service(Service)
    case endpointSlice(EndpointSlice)

    var reference: ObjectReference {
        switch self {
        case .service(let service): ObjectReference(service)
        case .endpointSlice(let slice): ObjectReference(slice)
        }
    }
}
