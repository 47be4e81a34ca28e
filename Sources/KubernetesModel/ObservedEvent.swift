/// An Event (events.k8s.io/v1), as Martlet writes it.
package struct ObservedEvent: Codable, Hashable, Sendable {
    /// What an event is about.
    package struct Regarding: Codable, Hashable, Sendable {
        package var apiVersion: String
        package var kind: String
        package var name: String
        package var namespace: String?
        package var uid: String?

        package init(apiVersion: String, kind: String, name: String, namespace: String?, uid: String?) {
            self.apiVersion = apiVersion
            self.kind = kind
            self.name = name
            self.namespace = namespace
            self.uid = uid
        }
    }

    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    /// RFC 3339 with microseconds.
    package var eventTime: String
    package var reportingController: String
    package var reportingInstance: String
    /// What was done, as a CamelCase word.
    package var action: String
    /// Why, as a CamelCase word.
    package var reason: String
    package var regarding: Regarding
    /// A sentence for a person; at most 1,024 characters.
    package var note: String
    /// `Normal` or `Warning`.
    package var type: String

    package init(
        metadata: ObjectMeta, eventTime: String, reportingController: String, reportingInstance: String, action: String,
        reason: String, regarding: Regarding, note: String, type: String
    ) {
        apiVersion = "events.k8s.io/v1"
        kind = "Event"
        self.metadata = metadata
        self.eventTime = eventTime
        self.reportingController = reportingController
        self.reportingInstance = reportingInstance
        self.action = action
        self.reason = reason
        self.regarding = regarding
        self.note = note
        self.type = type
    }
}

extension ObservedEvent: KubernetesObject {
    package static var kind: String { "Event" }
}
