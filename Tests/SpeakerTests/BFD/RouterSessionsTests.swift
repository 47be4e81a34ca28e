import Addresses
import LinkLayer
import Testing
import Timing

@testable import NodeDecisions
@testable import Speaker

@Suite("Sessions with routers that were found") struct RouterSessionsTests {
    static let one = IPv6Address(rawValue: 0xFE80 << 112 | 1)
    static let two = IPv6Address(rawValue: 0xFE80 << 112 | 2)

    private static func session(_ router: IPv6Address, _ isEstablished: Bool = false) -> RouterSessions.Session {
        RouterSessions.Session(interface: "eth0", router: router, isEstablished: isEstablished)
    }

    @Test("No session for five seconds → failed, once in five seconds; Established, and its end → said once each")
    func outcomes() {
        var sessions = RouterSessions()
        func look(_ all: [RouterSessions.Session], _ seconds: Int64) -> [RouterDiscovery.Event] {
            sessions.look(at: all, now: Instant(nanoseconds: seconds * 1_000_000_000)).map(\.event)
        }
        for second in 0..<5 { #expect(look([Self.session(Self.one)], Int64(second)).isEmpty) }
        #expect(look([Self.session(Self.one)], 5) == [.failed(Self.one)])
        #expect(look([Self.session(Self.one)], 6).isEmpty)
        // The next one has its own time.
        #expect(look([Self.session(Self.two)], 9).isEmpty)
        #expect(look([Self.session(Self.two)], 13).isEmpty)
        #expect(look([Self.session(Self.two, true)], 14) == [.session(with: Self.two, isEstablished: true)])
        for second in 15..<40 { #expect(look([Self.session(Self.two, true)], Int64(second)).isEmpty) }
        #expect(look([Self.session(Self.two)], 40) == [.session(with: Self.two, isEstablished: false)])
        #expect(look([Self.session(Self.two)], 44).isEmpty)
        #expect(look([Self.session(Self.two)], 45) == [.failed(Self.two)])
        #expect(look([], 46).isEmpty)
        // Two peers on the interface: one of them is enough.
        #expect(
            look([Self.session(Self.two), Self.session(Self.two, true)], 47)
                == [.session(with: Self.two, isEstablished: true)])
    }
}
