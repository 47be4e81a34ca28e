import Addresses
import LinkLayer
import TestSupport
import Testing
import Timing

@Suite("Router discovery")
struct RouterDiscoveryTests {
    static let one = IPv6Address(rawValue: 0xFE80 << 112 | 1)
    static let two = IPv6Address(rawValue: 0xFE80 << 112 | 2)

    /// An advertisement as FRR 8.4 sends it: lifetime 30 s, with its link-layer address.
    static let captured: [UInt8] = [
        134, 0, 0xAB, 0xCD, 64, 0, 0, 30, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0x0A, 0x16, 0xC1, 0x44, 0x1A, 0xE8,
    ]

    @Test("An advertisement is read with the time that it counts; ours say zero") func codec() throws {
        let octets = RouterDiscoveryTests.captured
        let message = try RouterMessage(decoding: octets.span, from: .v6(RouterDiscoveryTests.one), hopLimit: 255)
        #expect(message == .advertisement(routerLifetime: .seconds(30)))
        #expect(RouterMessage.solicitation.octets == [133, 0, 0, 0, 0, 0, 0, 0])
        #expect(RouterMessage.advertisement(routerLifetime: .zero).octets == [134] + [UInt8](repeating: 0, count: 15))
        let own = RouterMessage.advertisement(routerLifetime: .seconds(9)).octets
        let read = try RouterMessage(decoding: own.span, from: .v6(RouterDiscoveryTests.one), hopLimit: 255)
        #expect(read == .advertisement(routerLifetime: .seconds(9)))
    }

    @Test("What RFC 4861 §6.1 forbids is not used") func checks() throws {
        func problem(
            from source: String = "fe80::1", hopLimit: UInt8 = 255, _ change: (inout [UInt8]) -> Void = { _ in }
        ) throws -> RouterMessage.Problem? {
            var octets = RouterDiscoveryTests.captured
            change(&octets)
            let address = try IPAddress(source)
            do throws(RouterMessage.Problem) {
                _ = try RouterMessage(decoding: octets.span, from: address, hopLimit: hopLimit)
                return nil
            } catch { return error }
        }
        #expect(try problem() == nil)
        #expect(try problem(hopLimit: 254) == .hopLimit)
        #expect(try problem(from: "2001:db8::1") == .sourceNotLinkLocal)
        #expect(try problem { $0[1] = 1 } == .code)
        #expect(try problem { $0[0] = 135 } == .otherType)
        #expect(try problem { $0[17] = 0 } == .optionLength)
        #expect(try problem { $0[17] = 2 } == .truncated)
        for count in 0..<16 { #expect(try problem { $0.removeSubrange(count...) } == .truncated) }
    }

    /// A discovery with its generator, at the time that it is given.
    private struct Subject {
        var discovery = RouterDiscovery(at: .zero)
        var generator = SeededGenerator(seed: 1)
        var now = Instant.zero

        mutating func hear(_ router: IPv6Address, seconds: Int64) -> [RouterDiscovery.Action] {
            discovery.handle(
                .received(.advertisement(routerLifetime: .seconds(seconds)), from: router), at: now, using: &generator)
        }

        /// Lets time pass, handling every deadline.
        mutating func pass(_ time: Duration) -> [RouterDiscovery.Action] {
            var actions: [RouterDiscovery.Action] = []
            let end = now.advanced(by: time)
            while let next = discovery.nextDeadline, next <= end {
                now = max(now, next)
                actions += discovery.handle(.deadlineReached, at: now, using: &generator)
            }
            now = end
            return actions
        }
    }

    @Test("Solicitations become rarer while nobody answers, and cease once there is a router") func solicitations() {
        var subject = Subject()
        let asked = subject.pass(.seconds(300)).count { $0 == .send(.solicitation) }
        #expect((8...16).contains(asked))
        #expect(
            subject.hear(RouterDiscoveryTests.one, seconds: 30) == [
                .routerChanged(RouterDiscoveryTests.one, others: [])
            ])
        let later = subject.pass(.seconds(29))
        #expect(!later.contains(.send(.solicitation)))
        #expect(later.contains(.send(.advertisement(routerLifetime: .zero))))
    }

    @Test("The router stays until its time is over or it says so; then the next is taken") func followsRouters() {
        var subject = Subject()
        #expect(
            subject.hear(RouterDiscoveryTests.two, seconds: 30) == [
                .routerChanged(RouterDiscoveryTests.two, others: [])
            ])
        // A lower address does not take over.
        #expect(
            subject.hear(RouterDiscoveryTests.one, seconds: 60) == [
                .routerChanged(RouterDiscoveryTests.two, others: [RouterDiscoveryTests.one])
            ])
        let changes = subject.pass(.seconds(30)).filter { if case .routerChanged = $0 { true } else { false } }
        #expect(changes == [.routerChanged(RouterDiscoveryTests.one, others: [])])
        #expect(subject.hear(RouterDiscoveryTests.one, seconds: 0) == [.routerChanged(nil, others: [])])
        #expect(subject.pass(.seconds(1)).contains(.send(.solicitation)))
    }

    @Test("A flood of routers takes no more room than sixteen") func flood() {
        var subject = Subject()
        for number in 1...1000 {
            _ = subject.hear(IPv6Address(rawValue: 0xFE80 << 112 | UInt128(number)), seconds: 9000)
        }
        #expect(subject.discovery.router == RouterDiscoveryTests.one)
        _ = subject.hear(RouterDiscoveryTests.one, seconds: 0)
        for number in 2...16 { _ = subject.hear(IPv6Address(rawValue: 0xFE80 << 112 | UInt128(number)), seconds: 0) }
        #expect(subject.discovery.router == nil)
    }

    private static func router(_ number: Int) -> IPv6Address { IPv6Address(rawValue: 0xFE80 << 112 | UInt128(number)) }

    @Test("Sixteen forged routers for eighteen hours, then the real one → found within half a minute for each of them")
    func forged() {
        var subject = Subject()
        let real = Self.router(9999)
        for number in 1...16 { _ = subject.hear(Self.router(number), seconds: 65_535) }
        #expect(subject.hear(real, seconds: 1800).isEmpty, "there is no room")
        var rounds = 0
        while subject.discovery.router != real, rounds < 100 {
            rounds += 1
            guard let tried = subject.discovery.router else { break }
            let actions = subject.discovery.handle(.failed(tried), at: subject.now, using: &subject.generator)
            #expect(
                rounds == 16
                    || actions.contains { if case .routerChanged(let next, _) = $0 { next != tried } else { false } })
            // The router answers what it is asked.
            if subject.pass(.seconds(5)).contains(.send(.solicitation)) { _ = subject.hear(real, seconds: 1800) }
        }
        #expect(subject.discovery.router == real && rounds <= 17, "\(rounds)")
        _ = subject.discovery.handle(
            .session(with: real, isEstablished: true), at: subject.now, using: &subject.generator)
        // Nobody can talk it away while the session stands.
        _ = subject.hear(real, seconds: 0)
        for number in 100...200 { _ = subject.hear(Self.router(number), seconds: 9000) }
        #expect(subject.discovery.router == real)
        _ = subject.pass(.seconds(7200))
        #expect(subject.discovery.router == real)
        _ = subject.discovery.handle(
            .session(with: real, isEstablished: false), at: subject.now, using: &subject.generator)
        #expect(subject.discovery.router != real)
    }

    @Test("A lower address that speaks no BGP → the next one after it has failed, and it does not come back")
    func silent() {
        var subject = Subject()
        _ = subject.hear(RouterDiscoveryTests.one, seconds: 1800)
        _ = subject.hear(RouterDiscoveryTests.two, seconds: 1800)
        #expect(subject.discovery.router == RouterDiscoveryTests.one)
        _ = subject.discovery.handle(.failed(RouterDiscoveryTests.one), at: subject.now, using: &subject.generator)
        #expect(subject.discovery.router == RouterDiscoveryTests.two)
        _ = subject.discovery.handle(
            .session(with: RouterDiscoveryTests.two, isEstablished: true), at: subject.now, using: &subject.generator)
        _ = subject.hear(RouterDiscoveryTests.one, seconds: 1800)
        _ = subject.pass(.seconds(60))
        #expect(subject.discovery.router == RouterDiscoveryTests.two)
    }

    @Test("An advertisement for eighteen hours → counts for half an hour") func lifetimes() {
        var subject = Subject()
        _ = subject.hear(RouterDiscoveryTests.one, seconds: 65_535)
        _ = subject.pass(.seconds(1799))
        #expect(subject.discovery.router == RouterDiscoveryTests.one)
        _ = subject.pass(.seconds(1))
        #expect(subject.discovery.router == nil)
    }
}
