/// What one node's speaker does (martlet.dev/v1beta1): one object for each node, of its name, written by the speaker.
package struct SpeakerReport: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var kind: String?
    package var metadata: ObjectMeta
    package var status: SpeakerStatus?

    package init(metadata: ObjectMeta, status: SpeakerStatus? = nil) {
        apiVersion = "martlet.dev/v1beta1"
        kind = "Speaker"
        self.metadata = metadata
        self.status = status
    }
}

extension SpeakerReport: KubernetesObject {
    package static var kind: String { "Speaker" }
}
