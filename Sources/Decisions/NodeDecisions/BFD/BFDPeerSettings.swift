import Addresses
import BFD

/// The BFD session with one BGP peer: where the peer is, and what the session is asked to be.
package struct BFDPeerSettings: Hashable, Sendable {
    /// Unique: the name of the BGP peer.
    package var name: String
    package var address: IPAddress
    /// The interface, for a link-local address.
    package var zone: String?
    /// The local address; `nil`: the system's choice.
    package var sourceAddress: IPAddress?
    /// The device, for example of a VRF, that the session is bound to.
    package var device: String?
    /// The indexes of the interfaces that a peer on the link may be on, by its address; empty: its address does not tell.
    package var links: Set<Int32> = []
    /// The peer may be several hops away: RFC 5883. Else it is on the link: RFC 5881.
    package var isMultihop = false
    package var role = SessionConfiguration.Role.active
    package var desiredMinTxInterval = Duration.milliseconds(300)
    package var requiredMinRxInterval = Duration.milliseconds(300)
    package var detectMultiplier: UInt8 = 3
    /// The lowest TTL accepted of a peer that is several hops away.
    package var minimumHopLimit: UInt8 = 254
    package var authentication: AuthenticationKey?

    package init(name: String, address: IPAddress) {
        self.name = name
        self.address = address
    }

    /// Where packets are received.
    var place: BFDReceiverKey { BFDReceiverKey(family: address.family, isMultihop: isMultihop, device: device) }

    /// How packets are sent: with these the same, the sender stays.
    var route: BFDRoute {
        BFDRoute(
            address: address, zone: zone, sourceAddress: sourceAddress, device: device, isMultihop: isMultihop)
    }

    func configuration(discriminator: UInt32) -> SessionConfiguration {
        SessionConfiguration(
            localDiscriminator: discriminator, role: role, desiredMinTxInterval: desiredMinTxInterval,
            requiredMinRxInterval: requiredMinRxInterval, detectMultiplier: detectMultiplier,
            // RFC 5881 §5: no host beyond the link can send with 255.
            minimumHopLimit: isMultihop ? minimumHopLimit : Registry.singleHopLimit, authentication: authentication)
    }
}
