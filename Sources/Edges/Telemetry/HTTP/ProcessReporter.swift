import KubernetesModel
import Presentation

/// What a long-running process says of itself when it is asked.
package protocol ProcessReporter: Sendable {
    /// For `/v1/status` and the metrics of what it shows.
    func document() async -> StatusDocument

    /// Why the process does not do its job, a sentence each. Asked every few seconds by who probes: cheap, however many
    /// Services there are.
    func notReadyReasons() async -> [String]

    /// The chain of decisions for one Service; `nil` once the process stops.
    func explanation(of service: NamespacedName) async -> ExplanationDocument?
}
