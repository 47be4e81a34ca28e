/// A valid BFDProfile.
package struct BFDSettings: Hashable, Sendable {
    package var profile: String
    /// Default 300 ms.
    package var receiveInterval: Duration
    /// Default 300 ms.
    package var transmitInterval: Duration
    /// Default 3.
    package var detectMultiplier: Int
    package var isPassive: Bool
    /// The least TTL accepted of a multihop session. Default 254.
    package var minimumTTL: Int
    /// Packets are signed, and those that are not are dropped; `nil`: neither.
    package var authentication: Authentication?

    /// Keyed SHA-1 of RFC 5880 §6.7.4.
    package struct Authentication: Hashable, Sendable {
        package var isMeticulous: Bool
        package var keyID: UInt8
        /// 1 to 20 octets.
        package var secret: Password

        package init(isMeticulous: Bool, keyID: UInt8, secret: Password) {
            self.isMeticulous = isMeticulous
            self.keyID = keyID
            self.secret = secret
        }
    }

    package init(
        profile: String, receiveInterval: Duration = .milliseconds(300),
        transmitInterval: Duration = .milliseconds(300),
        detectMultiplier: Int = 3, isPassive: Bool = false, minimumTTL: Int = 254
    ) {
        self.profile = profile
        self.receiveInterval = receiveInterval
        self.transmitInterval = transmitInterval
        self.detectMultiplier = detectMultiplier
        self.isPassive = isPassive
        self.minimumTTL = minimumTTL
    }
}
