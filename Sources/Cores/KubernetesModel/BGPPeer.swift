/// A router to hold a BGP session with (`martlet.dev/v1beta1`, `metallb.io/v1beta2`).
package struct BGPPeer: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BGPPeerSpec?
    package var status: ConfigurationStatus?
}
