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
