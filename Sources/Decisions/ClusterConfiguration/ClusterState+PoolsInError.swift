import KubernetesModel

extension ClusterState {
    /// The pools that exist and are not in force in any form, by name, each with the first error found in it.
    package func poolsInError(beside configuration: Configuration, _ problems: [Problem]) -> [String: String] {
        let inForce = Set(configuration.pools.map(\.name))
        var result: [String: String] = [:]
        for problem in problems where problem.severity == .error {
            guard let object = problem.object, object.kind == IPAddressPool.kind, !inForce.contains(object.name.name),
                result[object.name.name] == nil
            else { continue }
            result[object.name.name] = (problem.field.map { "\($0): " } ?? "") + problem.message
        }
        return result
    }
}
