/// An Event (events.k8s.io/v1), as Martlet writes it. Those of other components are read too, which write them otherwise:
/// missing or invalid fields are empty here.
package struct ObservedEvent: Codable, Hashable, Sendable {
    /// What an event is about.
    package struct Regarding: Codable, Hashable, Sendable {
        package var apiVersion: String
        package var kind: String
        package var name: String
        package var namespace: String?
        package var uid: String?

        private enum CodingKeys: String, CodingKey { case apiVersion, kind, name, namespace, uid }

        package init(from decoder: any Decoder) throws {
            let fields = try? decoder.container(keyedBy: CodingKeys.self)
            func text(_ key: CodingKeys) -> String? { try? fields?.decodeIfPresent(String.self, forKey: key) }
            self.init(
                apiVersion: text(.apiVersion) ?? "", kind: text(.kind) ?? "", name: text(.name) ?? "",
                namespace: text(.namespace), uid: text(.uid))
        }

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

    private enum CodingKeys: String, CodingKey {
        case apiVersion, kind, metadata, eventTime, reportingController, reportingInstance, action, reason, regarding
        case note, type
    }

    /// What core/v1 Events have instead of ``eventTime``, which is null there.
    private enum FormerKeys: String, CodingKey { case deprecatedLastTimestamp, deprecatedFirstTimestamp }

    package init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        let former = try? decoder.container(keyedBy: FormerKeys.self)
        func text(_ key: CodingKeys) -> String? { try? fields.decodeIfPresent(String.self, forKey: key) }
        func formerTime(_ key: FormerKeys) -> String? { try? former?.decodeIfPresent(String.self, forKey: key) }
        let metadata = try fields.decode(ObjectMeta.self, forKey: .metadata)
        let regarding = try? fields.decodeIfPresent(Regarding.self, forKey: .regarding)
        self.init(
            metadata: metadata,
            eventTime: text(.eventTime) ?? formerTime(.deprecatedLastTimestamp)
                ?? formerTime(.deprecatedFirstTimestamp) ?? metadata.creationTimestamp ?? "",
            reportingController: text(.reportingController) ?? "", reportingInstance: text(.reportingInstance) ?? "",
            action: text(.action) ?? "", reason: text(.reason) ?? "",
            regarding: regarding ?? Regarding(apiVersion: "", kind: "", name: "", namespace: nil, uid: nil),
            note: text(.note) ?? "", type: text(.type) ?? "")
    }

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
