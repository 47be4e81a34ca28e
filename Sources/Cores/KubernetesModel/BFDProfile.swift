/// Timing of BFD sessions, named by BGPPeers (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct BFDProfile: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BFDProfileSpec?
    package var status: ConfigurationStatus?
}
