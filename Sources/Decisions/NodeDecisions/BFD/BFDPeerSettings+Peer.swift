import Addresses
import BFD
import ClusterConfiguration

extension BFDPeerSettings {
    /// The BFD session beside a BGP session.
    init(
        _ peer: Peer, _ profile: BFDSettings, address: IPAddress, zone: String?, isOnLink: Bool, links: Set<Int32> = []
    ) {
        self.init(name: peer.name, address: address)
        self.zone = zone
        self.links = links
        sourceAddress = peer.sourceAddress
        device = peer.vrf
        // RFC 5881 is for routers on the link, RFC 5883 for others. As in FRR, an external router is on the link unless it
        // is said to be further away, an internal one if its address is.
        isMultihop = peer.isInternal ? !isOnLink : peer.ebgpMultiHop
        role = profile.isPassive ? .passive : .active
        desiredMinTxInterval = profile.transmitInterval
        requiredMinRxInterval = profile.receiveInterval
        detectMultiplier = UInt8(clamping: profile.detectMultiplier)
        minimumHopLimit = UInt8(clamping: profile.minimumTTL)
        authentication = profile.authentication.flatMap {
            AuthenticationKey(keyID: $0.keyID, secret: $0.secret.octets, isMeticulous: $0.isMeticulous)
        }
    }
}
