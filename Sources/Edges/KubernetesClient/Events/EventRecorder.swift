import KubernetesAPI
import KubernetesModel
import Logging
import SystemIO
import Timing

/// Writes Events about Services, for `kubectl describe`.
package struct EventRecorder: Sendable {
    private let client: KubernetesClient
    private let controller: String
    private let instance: String
    private let logger: Logger

    /// - Parameters:
    ///   - controller: what kind of process speaks, for example `martlet.dev/speaker`.
    ///   - instance: which one of them.
    package init(_ client: KubernetesClient, controller: String, instance: String, logger: Logger) {
        self.client = client
        self.controller = controller
        self.instance = instance
        self.logger = logger
    }

    /// Writes one, and does not say so if it cannot: an Event is a courtesy, conditions and statuses say the same.
    package func record(_ note: EventNote) async {
        let name = note.service
        let event = ObservedEvent(
            metadata: ObjectMeta(
                name: "\(name.name).\(String(UInt64.random(in: 0...UInt64.max), radix: 36))", namespace: name.namespace),
            eventTime: Timestamp.now.microsecondDescription, reportingController: controller,
            reportingInstance: instance, action: note.action, reason: note.reason,
            regarding: .init(
                apiVersion: "v1", kind: "Service", name: name.name, namespace: name.namespace, uid: note.uid),
            note: note.message.bounded(), type: note.kind.rawValue)
        do {
            try await client.create(.events, event, in: name.namespace)
        } catch {
            logger.debug("event not written", metadata: ["error": "\(error)"])
        }
    }
}
