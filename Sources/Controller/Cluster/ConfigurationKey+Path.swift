import ClusterConfiguration
import KubernetesClient
import KubernetesModel

extension ConfigurationKey {
    /// The kind as in paths.
    var plural: String { KindName.plural(of: kind) }

    /// Where the object is.
    func path(version: String) -> String {
        let place = name.namespace.map { "/namespaces/\($0)" } ?? ""
        return "/apis/\(group.rawValue)/\(version)\(place)/\(plural)/\(name.name)"
    }
}
