import Addresses
import BFD
import NetworkIO
import NodeDecisions

extension BFDRoute {
    var senderOptions: UDPSender.Options {
        var options = UDPSender.Options(
            // RFC 5881 §4, RFC 5883 §5; the source port is one session's alone.
            to: address, port: isMultihop ? Registry.multihopPort : Registry.singleHopPort,
            sourcePorts: Registry.sourcePorts)
        options.zone = zone
        options.source = sourceAddress
        options.device = device
        // RFC 5881 §5; RFC 5883 leaves it to us, and a peer can then tell how far the packets went.
        options.hopLimit = Registry.singleHopLimit
        return options
    }
}
