import Addresses
import BGP
import TestSupport
import Testing
import Timing
import WireCodec

/// A session driven by hand: one peer, whose messages the test writes.
struct SessionHarness {
    var session: Session
    var now = Instant.zero
    var generator = SeededGenerator(seed: 1)
    /// Everything that was asked for, in order.
    private(set) var actions: [Session.Action] = []

    static let configuration = SessionConfiguration(
        localASN: ASN(64512), peerASN: .exactly(ASN(64513)), identifier: BGPIdentifier(IPv4Address(10, 0, 0, 1)),
        families: [.ipv4])

    static let outbound = ConnectionID(direction: .outbound, number: 1)
    static let inbound = ConnectionID(direction: .inbound, number: 1)

    init(_ configuration: SessionConfiguration = SessionHarness.configuration) { session = Session(configuration) }

    @discardableResult mutating func handle(_ event: Session.Event) -> [Session.Action] {
        let new = session.handle(event, at: now, using: &generator)
        actions += new
        return new
    }

    /// Lets time pass, deadlines included.
    @discardableResult mutating func pass(_ duration: Duration) -> [Session.Action] {
        let end = now.advanced(by: duration)
        var all: [Session.Action] = []
        while let deadline = session.nextDeadline, deadline <= end {
            now = max(now, deadline)
            all += handle(.deadlineReached)
        }
        now = end
        return all
    }

    static func encoded(_ open: OpenMessage) -> [UInt8] {
        var writer = ByteWriter()
        do { try open.encode(into: &writer) } catch { Issue.record("OPEN does not fit: \(error)") }
        return writer.bytes
    }

    /// The OPEN of a peer that matches ``configuration``.
    static func open(
        asn: UInt32 = 64513, holdTime: UInt16 = 90, identifier: IPv4Address = IPv4Address(10, 0, 0, 2),
        _ capabilities: [Capability]? = nil
    ) -> [UInt8] {
        encoded(
            OpenMessage(
                asn: ASN(asn), holdTime: holdTime, identifier: BGPIdentifier(identifier),
                capabilities: capabilities ?? [
                    .multiprotocol(RouteFamily(unicast: .ipv4)), .routeRefresh, .fourOctetASN(ASN(asn)),
                ]))
    }

    static func message(_ type: UInt8, _ body: [UInt8] = []) -> [UInt8] {
        let length = Header.length + body.count
        return [UInt8](repeating: 0xFF, count: 16) + [UInt8(length >> 8), UInt8(length & 0xFF), type] + body
    }

    /// Brings the session up on the outbound connection.
    mutating func establish(_ open: [UInt8] = SessionHarness.open()) {
        handle(.start)
        handle(.connected(Self.outbound))
        handle(.received(open, Self.outbound))
        handle(.received(KeepaliveMessage.encoded, Self.outbound))
    }

    /// The NOTIFICATIONs among actions, with the connection that each goes to.
    static func notifications(in actions: [Session.Action]) -> [NotificationMessage] {
        actions.compactMap { action in
            guard case .send(let bytes, _) = action, bytes[18] == 3 else { return nil }
            return try? NotificationMessage(decoding: bytes.span.extracting(droppingFirst: Header.length))
        }
    }

    static func states(in actions: [Session.Action]) -> [SessionState] {
        actions.compactMap { if case .stateChanged(let transition) = $0 { transition.to } else { nil } }
    }
}
