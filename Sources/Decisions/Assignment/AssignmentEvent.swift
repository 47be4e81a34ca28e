import Addresses
import ClusterConfiguration
import KubernetesModel

/// Something that may change which address a Service has.
package enum AssignmentEvent: Hashable, Sendable {
    /// The valid pools, all of them, in the order of the input.
    case pools([Pool])
    /// The pools that exist and are not in force in any form, by name, each with what is wrong with it.
    case poolsInError([String: String])
    /// The addresses that hosts have, each with the host: all of them.
    case reserved([IPAddress: ReservedAddress])
    /// A Service is there, or has changed; whether it is Martlet's is the engine's to judge. The lower rank is served
    /// first, and of equal ranks the first by name: give the position in the input or, in a cluster, the time of creation.
    case service(Service, rank: Int64)
    case serviceRemoved(NamespacedName)
    /// A namespace is there, or its labels have changed.
    case namespace(Namespace)
    case namespaceRemoved(String)
}
