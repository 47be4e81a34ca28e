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
