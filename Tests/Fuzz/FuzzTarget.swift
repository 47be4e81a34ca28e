import Addresses
import BFD
import BGP
import LinkLayer
import Timing
import WireCodec
import WireIdentity

/// What octets of others go into: from the network, or from a file. The first octet of an input chooses one, the others are its octets.
///
/// A target ends the process only by a trap: in a decoder, which is what the fuzzer looks for, or here, where what was read
/// and written again is not what was read.
enum FuzzTarget: CaseIterable {
    /// A stream of BGP messages, each decoded.
    case bgpMessages
    /// An Established BGP session, and what it does about them.
    case bgpSession
    /// A BFD Control packet.
    case bfdPacket
    /// An Ethernet frame for the responder to ARP and neighbour solicitations.
    case frame
    /// Two speakers with claims on one segment, and all that may happen to their frames.
    case claims
    /// The same where all is signed.
    case signedClaims
    /// A BFD session with a router.
    case bfdSession
    /// The members of a segment by multipoint BFD.
    case segment
    /// The routers of an interface.
    case routers
    /// Requests to the HTTP server, with its limits.
    case httpRequests
    /// What an API server answers to lists and watches.
    case watches
    /// A kubeconfig, or the answer of an exec plugin.
    case kubeconfig
    /// Manifests, and what is decided from them.
    case manifests
    /// The assignments that `martlet run` has saved, and the journal of changes to them.
    case savedAssignments
    /// The view of the cluster that a speaker has saved.
    case savedCluster
    /// The message numbers that a speaker has reserved.
    case savedNumbers
    /// A bundle.
    case bundle
    /// A recording, with the decisions from it.
    case recording

    init(_ choice: UInt8) { self = FuzzTarget.allCases[Int(choice) % FuzzTarget.allCases.count] }

    func feed(_ bytes: [UInt8]) {
        switch self {
        case .bgpMessages: FuzzTarget.decode(bytes)
        case .bgpSession: FuzzTarget.hold(bytes)
        case .bfdPacket: FuzzTarget.readPacket(bytes)
        case .frame: FuzzTarget.look(at: bytes)
        case .claims: FuzzedClaims.run(bytes, key: nil)
        case .signedClaims: FuzzedClaims.run(bytes, key: FuzzTarget.key)
        case .bfdSession: FuzzedLiveness.holdSession(bytes)
        case .segment: FuzzedLiveness.watchSegment(bytes)
        case .routers: FuzzedLiveness.findRouter(bytes)
        case .httpRequests: FuzzedHTTP.serve(bytes)
        case .watches: FuzzedCluster.follow(bytes)
        case .kubeconfig: FuzzedCluster.readKubeconfig(bytes)
        case .manifests: FuzzedFiles.readManifests(bytes)
        case .savedAssignments: FuzzedFiles.restoreAssignments(bytes)
        case .savedCluster: FuzzedFiles.restoreCluster(bytes)
        case .savedNumbers: FuzzedFiles.readNumbers(bytes)
        case .bundle: FuzzedFiles.readBundle(bytes)
        case .recording: FuzzedFiles.replay(bytes)
        }
    }

    private static let key = SigningKey(secret: [1, 2, 3])

    private static func decode(_ bytes: [UInt8]) {
        var framer = MessageFramer()
        framer.append(bytes)
        do {
            while let frame = try framer.next(maximumLength: Header.maximumExtendedMessageLength) {
                // What one message says wrongly is no reason not to read the next.
                try? read(frame)
            }
        } catch { return }
    }

    private static func read(_ frame: MessageFramer.Frame) throws {
        let body = frame.bytes.span.extracting(droppingFirst: Header.length)
        switch frame.type {
        case .open:
            let open = try OpenMessage(decoding: body)
            var writer = ByteWriter()
            try open.encode(into: &writer)
            let again = try OpenMessage(decoding: writer.bytes.span.extracting(droppingFirst: Header.length))
            demand(again == open, "an OPEN that was written again is another one")
        case .update:
            for isInternal in [false, true] {
                for fourOctetASN in [false, true] {
                    _ = try? ReceivedUpdate(
                        decoding: body,
                        context: ReceivedUpdate.Context(fourOctetASN: fourOctetASN, isInternal: isInternal))
                }
            }
        case .notification: _ = try NotificationMessage(decoding: body).description
        case .routeRefresh:
            for isEnhanced in [false, true] {
                _ = try RouteRefreshMessage(decoding: frame.bytes.span, isEnhanced: isEnhanced)
            }
        default: break
        }
    }

    private static func hold(_ bytes: [UInt8]) {
        let peer = OpenMessage(
            asn: ASN(64513), holdTime: 90, identifier: BGPIdentifier(IPv4Address(10, 0, 0, 2)),
            capabilities: [.multiprotocol(RouteFamily(unicast: .ipv4)), .routeRefresh, .fourOctetASN(ASN(64513))])
        var writer = ByteWriter()
        do throws(LengthOverflow) { try peer.encode(into: &writer) } catch { fatalError("\(error)") }
        var session = BGP.Session(
            SessionConfiguration(
                localASN: ASN(64512), peerASN: .exactly(ASN(64513)),
                identifier: BGPIdentifier(IPv4Address(10, 0, 0, 1)), families: [.ipv4]))
        var generator = FuzzGenerator()
        let connection = ConnectionID(direction: .outbound, number: 1)
        let events: [BGP.Session.Event] = [
            .start, .connected(connection), .received(writer.bytes, connection),
            .received(KeepaliveMessage.encoded, connection), .received(bytes, connection),
        ]
        for event in events { _ = session.handle(event, at: .zero, using: &generator) }
        demand([.established, .idle].contains(session.state), "a message led to \(session.state)")
    }

    private static func readPacket(_ bytes: [UInt8]) {
        var reader = ByteReader(bytes.span)
        guard let packet = try? ControlPacket(decoding: &reader) else { return }
        var writer = ByteWriter()
        packet.encode(into: &writer)
        var again = ByteReader(writer.bytes.span)
        demand((try? ControlPacket(decoding: &again)) == packet, "a packet that was written again is another one")
        guard let whole = try? LivenessPacket(decoding: bytes.span) else { return }
        var rewritten = ByteWriter()
        whole.encode(into: &rewritten)
        let reread = try? LivenessPacket(decoding: rewritten.bytes.span)
        demand(reread?.control == whole.control && reread?.trailer == whole.trailer, "a trailer changed")
    }

    private static func look(at bytes: [UInt8]) {
        let own = MACAddress(2, 0, 0, 0, 0, 11)
        var responder = Responder(hardwareAddress: own)
        responder.insert(.v4(IPv4Address(192, 0, 2, 11)))
        responder.insert(.v6(IPv6Address(rawValue: 0x2001_0DB8_0000_0000_0000_0000_0000_000B)))
        var reply = ByteWriter()
        let outcome = responder.answer(bytes.span, into: &reply)
        if case .answered = outcome { demand(reply.count >= 42, "an answer of \(reply.count) octets") }
        _ = try? Sighting(decoding: bytes.span, on: own)
    }
}
