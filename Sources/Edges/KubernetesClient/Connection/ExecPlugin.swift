/// A program that says who we are (client.authentication.k8s.io), as a kubeconfig names it.
package struct ExecPlugin: Codable, Hashable, Sendable {
    package struct Variable: Codable, Hashable, Sendable {
        package var name: String
        package var value: String
    }

    package var apiVersion: String?
    package var command: String
    package var args: [String]?
    package var env: [Variable]?
    package var installHint: String?
    package var provideClusterInfo: Bool?
    /// `Never`, `IfAvailable` (also if absent) or `Always`.
    package var interactiveMode: String?
}
