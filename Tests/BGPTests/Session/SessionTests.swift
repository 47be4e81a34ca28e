import Addresses
import BGP
import TestSupport
import Testing
import Timing
import WireCodec

@Suite("A session") struct SessionTests {
    private typealias Harness = SessionHarness

    @Test("It goes through the states of RFC 4271, and says when routes may be sent") func handshake() throws {
        var harness = Harness()
        #expect(harness.session.state == .idle)
        harness.establish()
        #expect(Harness.states(in: harness.actions) == [.connect, .openSent, .openConfirm, .established])
        #expect(harness.actions.first == .connect(Harness.outbound))
        let sent = harness.actions.compactMap { action -> UInt8? in
            if case .send(let bytes, _) = action { bytes[18] } else { nil }
        }
        #expect(sent == [MessageType.open.rawValue, MessageType.keepalive.rawValue])
        let negotiated = try #require(harness.session.negotiated)
        #expect(harness.actions.last == .established(negotiated))
        #expect(negotiated.holdTime == .seconds(90))
        #expect(negotiated.keepaliveTime == .seconds(30))
        #expect(negotiated.families == [.ipv4])
        #expect(negotiated.fourOctetASN)
        #expect(!negotiated.isInternal)
    }

    struct BadOpen: Sendable {
        let open: [UInt8]
        let subcode: UInt8
        var data: [UInt8] = []
        let why: String
    }

    static let badOpens: [BadOpen] = [
        BadOpen(open: Harness.open(asn: 64514), subcode: 2, why: "another AS"),
        BadOpen(open: Harness.open(asn: 4_200_000_000), subcode: 2, why: "another AS of four octets"),
        BadOpen(open: Harness.open(holdTime: 1), subcode: 6, why: "hold time of one second"),
        BadOpen(open: Harness.open(identifier: .unspecified), subcode: 3, why: "identifier zero"),
        BadOpen(
            open: Harness.open([.multiprotocol(RouteFamily(unicast: .ipv6)), .fourOctetASN(ASN(64513))]), subcode: 7,
            data: [1, 4, 0, 1, 0, 1], why: "no family in common"),
    ]

    @Test("An OPEN that does not match is answered with its NOTIFICATION, and the session waits", arguments: badOpens)
    func badOpen(_ row: BadOpen) {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        let actions = harness.handle(.received(row.open, Harness.outbound))
        #expect(
            Harness.notifications(in: actions)
                == [NotificationMessage(code: .openMessageError, subcode: row.subcode, data: row.data)], "\(row.why)")
        #expect(actions.contains(.close(Harness.outbound)))
        #expect(harness.session.state == .idle)
        #expect(harness.session.lastError != nil)
        // RFC 4271 §8.1 (DampPeerOscillations): again, after a while.
        #expect(harness.pass(.seconds(1)).contains(.connect(ConnectionID(direction: .outbound, number: 2))))
    }

    @Test("An internal peer must not have our identifier; an external one may (RFC 6286)") func identifiers() {
        var configuration = Harness.configuration
        let same = Harness.open(identifier: IPv4Address(10, 0, 0, 1))
        var external = Harness(configuration)
        external.establish(same)
        #expect(external.session.state == .established)
        configuration.peerASN = .exactly(ASN(64512))
        var internalPeer = Harness(configuration)
        internalPeer.establish(Harness.open(asn: 64512, identifier: IPv4Address(10, 0, 0, 1)))
        #expect(
            Harness.notifications(in: internalPeer.actions) == [
                NotificationMessage(code: .openMessageError, subcode: 3)
            ])
    }

    @Test(
        "Any external AS, or our own, where no number is configured",
        arguments: [
            (SessionConfiguration.PeerASN.external, UInt32(64513), true), (.external, 64512, false),
            (.internal, 64512, true), (.internal, 64513, false),
        ]) func dynamicASN(_ expected: SessionConfiguration.PeerASN, _ asn: UInt32, _ isAccepted: Bool)
    {
        var configuration = Harness.configuration
        configuration.peerASN = expected
        var harness = Harness(configuration)
        harness.establish(Harness.open(asn: asn))
        #expect((harness.session.state == .established) == isAccepted)
    }

    struct Unexpected: Sendable {
        let state: SessionState
        let message: [UInt8]
    }

    static let unexpected: [Unexpected] =
        [
            Harness.message(2, [0, 0, 0, 0]), KeepaliveMessage.encoded, Harness.message(5, [0, 1, 0, 1]),
        ].map { Unexpected(state: .openSent, message: $0) }
        + [Harness.open(), Harness.message(2, [0, 0, 0, 0]), Harness.message(5, [0, 1, 0, 1])].map {
            Unexpected(state: .openConfirm, message: $0)
        } + [Unexpected(state: .established, message: Harness.open())]

    @Test("A message that its state does not expect is an FSM error, with its type (RFC 6608)", arguments: unexpected)
    func unexpectedMessage(_ row: Unexpected) {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        if row.state != .openSent { harness.handle(.received(Harness.open(), Harness.outbound)) }
        if row.state == .established { harness.handle(.received(KeepaliveMessage.encoded, Harness.outbound)) }
        #expect(harness.session.state == row.state)
        let actions = harness.handle(.received(row.message, Harness.outbound))
        let subcodes: [SessionState: UInt8] = [.openSent: 1, .openConfirm: 2, .established: 3]
        #expect(
            Harness.notifications(in: actions) == [
                NotificationMessage(
                    code: .finiteStateMachineError, subcode: subcodes[row.state] ?? 0, data: [row.message[18]])
            ])
        #expect(harness.session.state == .idle)
    }

    @Test("Silence for the hold time ends the session with Hold Timer Expired") func holdTimer() {
        var harness = Harness()
        harness.establish(Harness.open(holdTime: 9))
        #expect(Harness.notifications(in: harness.pass(.milliseconds(8999))) == [])
        let actions = harness.pass(.milliseconds(1))
        #expect(Harness.notifications(in: actions) == [NotificationMessage(code: .holdTimerExpired, subcode: 0)])
        #expect(actions.contains(.ended))
        #expect(harness.session.state == .idle)
    }

    @Test("KEEPALIVEs and UPDATEs keep it alive, and so do ours the peer") func keepalives() {
        var harness = Harness()
        harness.establish(Harness.open(holdTime: 9))
        var sent = 0
        for second in 0..<60 {
            let message = second.isMultiple(of: 2) ? KeepaliveMessage.encoded : Harness.message(2, [0, 0, 0, 0])
            if second.isMultiple(of: 5) { harness.handle(.received(message, Harness.outbound)) }
            sent += harness.pass(.seconds(1)).filter { $0 == .send(KeepaliveMessage.encoded, Harness.outbound) }.count
        }
        #expect(harness.session.state == .established)
        // Every 2.25 to 3 s: RFC 4271 §4.4 and §10.
        #expect((20...27).contains(sent))
    }

    @Test("A hold time of zero means no timers") func noHoldTime() {
        var harness = Harness()
        harness.establish(Harness.open(holdTime: 0))
        #expect(harness.session.nextDeadline == nil)
        #expect(harness.pass(.seconds(100_000)) == [])
        #expect(harness.session.state == .established)
    }

    @Test("No OPEN for four minutes is Hold Timer Expired") func openHoldTimer() {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        let actions = harness.pass(.seconds(240))
        #expect(Harness.notifications(in: actions) == [NotificationMessage(code: .holdTimerExpired, subcode: 0)])
    }

    @Test("A peer that does not read is given up after the send hold time (RFC 9687)") func sendHoldTimer() {
        var harness = Harness()
        harness.establish(Harness.open(holdTime: 9))
        func live(_ seconds: Int, reads: Bool, _ harness: inout Harness) -> [Session.Action] {
            (0..<seconds).flatMap { _ -> [Session.Action] in
                harness.handle(.received(KeepaliveMessage.encoded, Harness.outbound))
                if reads { harness.handle(.sendProgressed(Harness.outbound)) }
                return harness.pass(.seconds(1))
            }
        }
        _ = live(1000, reads: true, &harness)
        #expect(harness.session.state == .established)
        _ = live(478, reads: false, &harness)
        #expect(harness.session.state == .established)
        let actions = live(3, reads: false, &harness)
        #expect(Harness.notifications(in: actions) == [NotificationMessage(code: .sendHoldTimerExpired, subcode: 0)])
    }

    @Test("Waits between attempts double up to the limit, and Established alone begins again") func backoff() {
        var configuration = Harness.configuration
        configuration.connectRetryTime = .seconds(10)
        var harness = Harness(configuration)
        harness.handle(.start)
        for (number, most) in [1, 2, 4, 8, 10, 10].enumerated() {
            let id = ConnectionID(direction: .outbound, number: number + 1)
            harness.handle(.connectionFailed(id, "refused"))
            #expect(harness.session.state == .active)
            #expect(harness.session.lastError == "refused")
            let next = ConnectionID(direction: .outbound, number: number + 2)
            #expect(!harness.pass(.seconds(most) * 0.74).contains(.connect(next)))
            #expect(harness.pass(.seconds(most) * 0.27).contains(.connect(next)), "attempt \(number)")
        }
        let last = ConnectionID(direction: .outbound, number: 7)
        harness.handle(.connected(last))
        harness.handle(.received(Harness.open(), last))
        harness.handle(.received(KeepaliveMessage.encoded, last))
        harness.handle(.connectionFailed(last, "lost"))
        #expect(harness.session.state == .idle)
        #expect(harness.pass(.seconds(1)).contains(.connect(ConnectionID(direction: .outbound, number: 8))))
    }

    @Test("Another time between attempts touches no session, and counts from the next attempt") func newRetryTime() {
        var harness = Harness()
        harness.establish()
        #expect(harness.handle(.connectRetryTimeChanged(.seconds(2))).isEmpty)
        #expect(harness.session.state == .established)
        harness.handle(.connectionFailed(Harness.outbound, "lost"))
        for number in 2..<8 {
            // Two seconds of waiting at most, then an attempt that is rejected.
            let actions = harness.pass(.seconds(2))
            let id = ConnectionID(direction: .outbound, number: number)
            #expect(actions.contains(.connect(id)))
            harness.handle(.connectionFailed(id, "refused"))
        }
    }

    @Test("An attempt that takes too long is given up") func connectTimeout() {
        var harness = Harness()
        harness.handle(.start)
        let actions = harness.pass(.seconds(30))
        #expect(actions.contains(.close(Harness.outbound)))
        #expect(harness.session.state == .active)
        // News of the old attempt is no news.
        #expect(harness.handle(.connected(Harness.outbound)) == [.close(Harness.outbound)])
        #expect(harness.handle(.received(Harness.open(), Harness.outbound)) == [])
    }

    struct Stop: Sendable {
        let reason: Session.StopReason
        let subcode: UInt8
        var text: String?
    }

    static let stops: [Stop] = [
        Stop(reason: .administrativeShutdown("for an upgrade"), subcode: 2, text: "for an upgrade"),
        Stop(reason: .administrativeShutdown(nil), subcode: 2),
        Stop(reason: .administrativeReset("again"), subcode: 4, text: "again"),
        Stop(reason: .peerDeconfigured, subcode: 3), Stop(reason: .configurationChanged, subcode: 6),
        Stop(reason: .bfdDown, subcode: 10), Stop(reason: .restart("bye"), subcode: 2, text: "bye"),
    ]

    @Test("A stop is told the peer, with its text", arguments: stops) func stop(_ row: Stop) {
        var harness = Harness()
        harness.establish()
        let actions = harness.handle(.stop(row.reason))
        let expected = NotificationMessage.cease(row.subcode, text: row.text)
        #expect(Harness.notifications(in: actions) == [expected])
        #expect(expected.shutdownText == row.text)
        #expect(actions.suffix(3).first == .close(Harness.outbound) || actions.contains(.close(Harness.outbound)))
        #expect(harness.session.state == .idle)
        #expect(harness.session.nextDeadline == nil)
        #expect(harness.pass(.seconds(1000)) == [])
        harness.handle(.start)
        #expect(harness.session.state == .connect)
    }

    @Test("With graceful restart agreed, a restart says nothing, and a shutdown is a Hard Reset (RFC 8538)")
    func gracefulRestart() {
        var configuration = Harness.configuration
        configuration.gracefulRestart = SessionConfiguration.GracefulRestartSettings()
        let theirs = GracefulRestart(isRestarting: false, coversNotifications: true, restartTime: 120, families: [])
        let open = Harness.open([
            .multiprotocol(RouteFamily(unicast: .ipv4)), .fourOctetASN(ASN(64513)), .gracefulRestart(theirs),
        ])
        var harness = Harness(configuration)
        harness.establish(open)
        var other = harness
        #expect(Harness.notifications(in: harness.handle(.stop(.restart("bye")))) == [])
        let hard = Harness.notifications(in: other.handle(.stop(.administrativeShutdown("bye"))))
        #expect(hard == [NotificationMessage(code: .cease, subcode: 9, data: [6, 2, 3] + Array("bye".utf8))])
        #expect(hard.first?.shutdownText == "bye")
    }

    @Test("A session that begins after a restart says so, and the next one does not") func restartState() throws {
        var configuration = Harness.configuration
        configuration.gracefulRestart = SessionConfiguration.GracefulRestartSettings(isRestarting: true)
        var harness = Harness(configuration)
        harness.establish()
        harness.handle(.connectionFailed(Harness.outbound, "lost"))
        harness.pass(.seconds(1))
        harness.handle(.connected(ConnectionID(direction: .outbound, number: 2)))
        let states = try harness.actions.compactMap { action -> Bool? in
            guard case .send(let bytes, _) = action, bytes[18] == 1 else { return nil }
            let open = try OpenMessage(decoding: bytes.span.extracting(droppingFirst: Header.length))
            let restart = open.capabilities.compactMap {
                if case .gracefulRestart(let restart) = $0 { restart } else { nil }
            }
            return restart.first?.isRestarting
        }
        #expect(states == [true, false])
    }

    @Test("A peer that knows no optional parameters is asked again without") func noCapabilities() throws {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        harness.handle(.received(Harness.message(3, [2, 4]), Harness.outbound))
        harness.pass(.seconds(1))
        let second = ConnectionID(direction: .outbound, number: 2)
        let actions = harness.handle(.connected(second))
        guard case .send(let bytes, _) = actions[0] else {
            Issue.record("no OPEN")
            return
        }
        let open = try OpenMessage(decoding: bytes.span.extracting(droppingFirst: Header.length))
        #expect(open.capabilities == [])
        harness.handle(.received(Harness.open([]), second))
        harness.handle(.received(KeepaliveMessage.encoded, second))
        #expect(harness.session.state == .established)
        #expect(harness.session.negotiated?.fourOctetASN == false)
        #expect(harness.session.negotiated?.families == [.ipv4])
    }

    @Test("An OPEN without capabilities that does not do either is followed by one with them") func capabilitiesAgain()
    {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        var lengths: [Int] = []
        harness.handle(.received(Harness.message(3, [2, 4]), Harness.outbound))
        for _ in 0..<3 {
            let before = harness.actions.count
            while harness.actions.count == before { harness.pass(.milliseconds(100)) }
            for case .connect(let id) in harness.actions[before...] {
                for case .send(let bytes, _) in harness.handle(.connected(id)) { lengths.append(bytes.count) }
                harness.handle(.received(Harness.message(3, [2, 2]), id))
            }
        }
        #expect(lengths.first == 29 && lengths.dropFirst().allSatisfy { $0 > 29 }, "\(lengths)")
    }

    @Test("A refresh for an agreed family asks for the table, any other for nothing") func refresh() {
        var harness = Harness()
        harness.establish()
        #expect(
            harness.handle(.received(Harness.message(5, [0, 1, 0, 1]), Harness.outbound))
                == [.sendAgain(.ipv4, isEnhanced: false)])
        #expect(harness.handle(.received(Harness.message(5, [0, 2, 0, 1]), Harness.outbound)) == [])
        #expect(harness.handle(.received(Harness.message(5, [0, 1, 0, 128]), Harness.outbound)) == [])
        #expect(harness.session.state == .established)
    }

    @Test("A refresh of a subtype that nobody knows is ignored, whatever its length (RFC 7313 §5)")
    func unknownSubtype() {
        var harness = Harness()
        harness.establish(
            Harness.open([
                .multiprotocol(RouteFamily(unicast: .ipv4)), .fourOctetASN(ASN(64513)), .routeRefresh,
                .enhancedRouteRefresh,
            ]))
        #expect(harness.handle(.received(Harness.message(5, [0, 1, 3, 1, 0]), Harness.outbound)) == [])
        #expect(harness.session.state == .established)
    }

    @Test("A malformed enhanced refresh is rejected with the whole message (RFC 7313)") func badRefresh() {
        var harness = Harness()
        harness.establish(
            Harness.open([
                .multiprotocol(RouteFamily(unicast: .ipv4)), .routeRefresh, .enhancedRouteRefresh,
                .fourOctetASN(ASN(64513)),
            ]))
        let message = Harness.message(5, [0, 1, 1, 1, 0])
        #expect(
            Harness.notifications(in: harness.handle(.received(message, Harness.outbound)))
                == [NotificationMessage(code: .routeRefreshMessageError, subcode: 1, data: message)])
    }
}

@Suite("Connection collision") struct CollisionTests {
    private typealias Harness = SessionHarness

    /// Ours is 10.0.0.1.
    @Test(
        "The connection of the speaker with the higher identifier stays, whichever OPEN comes first",
        arguments: [IPv4Address(10, 0, 0, 2), IPv4Address(9, 0, 0, 9)], [true, false])
    func collision(identifier: IPv4Address, outboundFirst: Bool) {
        var harness = Harness()
        harness.handle(.start)
        harness.handle(.connected(Harness.outbound))
        harness.handle(.accepted(Harness.inbound))
        let order = outboundFirst ? [Harness.outbound, Harness.inbound] : [Harness.inbound, Harness.outbound]
        harness.handle(.received(Harness.open(identifier: identifier), order[0]))
        #expect(harness.session.state == .openConfirm)
        let actions = harness.handle(.received(Harness.open(identifier: identifier), order[1]))
        let survivor = identifier > IPv4Address(10, 0, 0, 1) ? Harness.inbound : Harness.outbound
        let loser = survivor == Harness.inbound ? Harness.outbound : Harness.inbound
        #expect(Harness.notifications(in: actions) == [NotificationMessage(code: .cease, subcode: 7)])
        #expect(actions.contains(.close(loser)))
        #expect(!actions.contains(.close(survivor)))
        harness.handle(.received(KeepaliveMessage.encoded, survivor))
        #expect(harness.session.state == .established)
        #expect(harness.session.negotiated?.connection == survivor)
    }

    @Test("Of equal identifiers, the higher AS number decides (RFC 6286)") func equalIdentifiers() {
        let identifier = BGPIdentifier(rawValue: 1)
        let low = Collision.Speaker(identifier: identifier, asn: ASN(1))
        let high = Collision.Speaker(identifier: identifier, asn: ASN(2))
        #expect(Collision.survivor(local: low, remote: high) == .inbound)
        #expect(Collision.survivor(local: high, remote: low) == .outbound)
    }

    @Test("An Established session rejects another connection, and is not harmed") func established() {
        var harness = Harness()
        harness.establish()
        let actions = harness.handle(.accepted(Harness.inbound))
        #expect(Harness.notifications(in: actions) == [NotificationMessage(code: .cease, subcode: 7)])
        #expect(actions.last == .close(Harness.inbound))
        #expect(harness.session.state == .established)
    }

    @Test(
        "With graceful restart a new connection ends an Established session only if the peer keeps routes itself",
        arguments: [true, false])
    func establishedAndRestarting(keepsRoutes: Bool) {
        var configuration = Harness.configuration
        configuration.gracefulRestart = SessionConfiguration.GracefulRestartSettings()
        let family = GracefulRestart.Family(family: RouteFamily(unicast: .ipv4), isForwardingPreserved: true)
        let theirs = GracefulRestart(
            isRestarting: false, coversNotifications: false, restartTime: 120, families: keepsRoutes ? [family] : [])
        var harness = Harness(configuration)
        harness.establish(
            Harness.open([
                .multiprotocol(RouteFamily(unicast: .ipv4)), .fourOctetASN(ASN(64513)), .gracefulRestart(theirs),
            ]))
        let actions = harness.handle(.accepted(Harness.inbound))
        #expect(harness.session.state == (keepsRoutes ? .openSent : .established))
        #expect(actions.contains(.close(keepsRoutes ? Harness.outbound : Harness.inbound)))
    }

    @Test("A passive session waits, and takes what comes") func passive() {
        var configuration = Harness.configuration
        configuration.isPassive = true
        var harness = Harness(configuration)
        #expect(Harness.states(in: harness.handle(.start)) == [.active])
        #expect(harness.session.nextDeadline == nil)
        harness.handle(.accepted(Harness.inbound))
        harness.handle(.received(Harness.open(), Harness.inbound))
        harness.handle(.received(KeepaliveMessage.encoded, Harness.inbound))
        #expect(harness.session.state == .established)
    }

    @Test("An idle session rejects connections") func idle() {
        var harness = Harness()
        #expect(harness.handle(.accepted(Harness.inbound)) == [.close(Harness.inbound)])
    }
}
