import Addresses

/// The router's side of the one session that a test has with it.
struct RouterSetup: Sendable {
    /// What the session runs over.
    var transport = AddressFamily.ipv4
    var families: [AddressFamily] = [.ipv4]
    var asn: UInt32 = 64513
    /// Which AS the router takes us for.
    var peerASN: UInt32 = 64512
    /// In seconds.
    var holdTime = 9
    var password: String?
    var isMultihop = false
    /// The router connects; else it waits.
    var connects = false
    /// The router knows AS numbers of two octets only.
    var isTwoOctets = false

    var isInternal: Bool { asn == peerASN }
    var own: IPAddress { transport == .ipv4 ? BGPLab.routerIPv4 : BGPLab.routerIPv6 }
    var peer: IPAddress { transport == .ipv4 ? BGPLab.nodeIPv4 : BGPLab.nodeIPv6 }
}
