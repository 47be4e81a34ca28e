import ClusterConfiguration
import KubernetesAPI
import KubernetesModel

extension ConfigurationKey {
    /// The kind as in paths.
    package var plural: String { KindName.plural(of: kind) }

    /// Where the object is.
    package func path(version: String) -> String {
        let place = name.namespace.map { "/namespaces/\($0)" } ?? ""
        return "/apis/\(group.rawValue)/\(version)\(place)/\(plural)/\(name.name)"
    }
}
