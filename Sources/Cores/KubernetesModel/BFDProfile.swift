/// Timing of BFD sessions, named by BGPPeers (`martlet.dev/v1beta1`, `metallb.io/v1beta1`).
package struct BFDProfile: Codable, Hashable, Sendable {
    package var apiVersion: String?
    package var metadata: ObjectMeta
    package var spec: BFDProfileSpec?
    package var status: ConfigurationStatus?
}

package struct BFDProfileSpec: Codable, Hashable, Sendable {
    /// Milliseconds.
    package var receiveInterval: Int?
    /// Milliseconds.
    package var transmitInterval: Int?
    package var detectMultiplier: Int?
    /// Milliseconds.
    package var echoInterval: Int?
    package var echoMode: Bool?
    package var passiveMode: Bool?
    package var minimumTtl: Int?
    /// Martlet's own.
    package var authentication: Authentication?

    package struct Authentication: Codable, Hashable, Sendable {
        /// `KeyedSHA1` or `MeticulousKeyedSHA1`.
        package var type: String?
        package var keyID: Int?
        package var secret: SecretReference?
    }
}
