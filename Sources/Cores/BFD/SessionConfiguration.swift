import Timing

/// What a session between two systems is asked to be.
package struct SessionConfiguration: Hashable, Sendable {
    /// RFC 5880 §6.1.
    package enum Role: Hashable, Sendable {
        /// Sends from the start.
        case active
        /// Sends only after the other system's first packet.
        case passive
    }

    /// Our number for the session: unique on this system, and not zero.
    package var localDiscriminator: UInt32
    package var role: Role
    /// How often we would like to send while the session is Up; otherwise it is once a second at most.
    package var desiredMinTxInterval: Duration
    /// How often we are able to receive.
    package var requiredMinRxInterval: Duration
    /// How many packets the other system may miss before it declares the session down; at least 1.
    package var detectMultiplier: UInt8
    /// The lowest TTL or hop limit accepted: 255 on one hop (RFC 5881 §5), lower across several.
    package var minimumHopLimit: UInt8
    /// Packets are signed with this key, and those that are not are dropped; `nil`: neither.
    package var authentication: AuthenticationKey?

    package init(
        localDiscriminator: UInt32, role: Role = .active, desiredMinTxInterval: Duration = .milliseconds(300),
        requiredMinRxInterval: Duration = .milliseconds(300), detectMultiplier: UInt8 = 3,
        minimumHopLimit: UInt8 = Registry.singleHopLimit, authentication: AuthenticationKey? = nil
    ) {
        precondition(localDiscriminator != 0, "a discriminator is not zero")
        precondition(desiredMinTxInterval > .zero && requiredMinRxInterval >= .zero && detectMultiplier > 0)
        self.localDiscriminator = localDiscriminator
        self.role = role
        self.desiredMinTxInterval = desiredMinTxInterval
        self.requiredMinRxInterval = requiredMinRxInterval
        self.detectMultiplier = detectMultiplier
        self.minimumHopLimit = minimumHopLimit
        self.authentication = authentication
    }
}
