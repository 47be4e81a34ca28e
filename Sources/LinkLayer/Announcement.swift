import Addresses
import WireCodec

/// The frame that tells a whole segment where an address is.
package enum Announcement {
    /// Writes the frame to broadcast on an interface with this MAC address.
    ///
    /// For IPv4 it is a request, not a reply: RFC 5227 §3 gives the reasons, of which the chief is that RFC 826 makes
    /// every receiver update its cache from a packet's sender before it looks at the operation, while replies that
    /// nobody asked for are what some equipment drops as forged.
    package static func encodeFrame(
        announcing address: IPAddress, at hardwareAddress: MACAddress, into writer: inout ByteWriter
    ) {
        switch address {
        case .v4(let address):
            ARPPacket(announcing: address, at: hardwareAddress).encodeFrame(to: .broadcast, into: &writer)
        case .v6(let address):
            // RFC 4861 §7.2.6: to the all-nodes multicast address.
            NeighborAdvertisement(announcing: address, at: hardwareAddress).encodeFrame(
                from: hardwareAddress, to: (MACAddress(multicast: IPv6Address.allNodes), .allNodes), into: &writer)
        }
    }
}
