/// What one node's speaker does (martlet.dev/v1beta1): one object for each node, of its name, written by the speaker, and
/// owned by the Node.
package struct SpeakerReport: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var status: SpeakerStatus?

    /// The `reportingController` of the Events that speakers write.
    package static let eventReporter = "martlet.dev/speaker"

    package init(metadata: ObjectMeta, status: SpeakerStatus? = nil) {
        apiVersion = "martlet.dev/v1beta1"
        kind = "Speaker"
        self.metadata = metadata
        self.status = status
    }
}

extension SpeakerReport {
    /// Whether it belongs to a Node that is not among these: one that was deleted, or made again under its name. Kubernetes
    /// deletes the object soon.
    ///
    /// - Parameter uids: of the Nodes, by name.
    package func isOrphan(among uids: [String: String?]) -> Bool {
        let owners = (metadata.ownerReferences ?? []).filter { $0.kind == Node.kind }
        guard !owners.isEmpty else { return false }
        return !owners.contains { owner in
            guard let name = owner.name, let uid = uids[name] else { return false }
            return uid == nil || uid == owner.uid
        }
    }
}

extension SpeakerReport: KubernetesObject {
    package static var kind: String { "Speaker" }
}
