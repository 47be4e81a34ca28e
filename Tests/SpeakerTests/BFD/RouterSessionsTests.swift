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

    @Test("No session for a second → failed, then after 2, 4, 8, 8 s; Established, and its end → said once each")
    func outcomes() {
        var sessions = RouterSessions()
        func look(_ all: [RouterSessions.Session], _ seconds: Int64) -> [RouterDiscovery.Event] {
            sessions.look(at: all, now: Instant(nanoseconds: seconds * 1_000_000_000)).map(\.event)
        }
        let failures = (0...31).filter { look([Self.session(Self.one)], $0) == [.failed(Self.one)] }
        #expect(failures == [1, 3, 7, 15, 23, 31])
        // The next one has its own time, and both keep theirs.
        #expect(look([Self.session(Self.two)], 32).isEmpty)
        #expect(look([Self.session(Self.two)], 33) == [.failed(Self.two)])
        for second in 34..<42 { #expect(look([Self.session(Self.one)], Int64(second)).isEmpty) }
        #expect(look([Self.session(Self.one)], 42) == [.failed(Self.one)])
        #expect(look([Self.session(Self.two)], 43).isEmpty)
        #expect(look([Self.session(Self.two, true)], 44) == [.session(with: Self.two, isEstablished: true)])
        for second in 45..<60 { #expect(look([Self.session(Self.two, true)], Int64(second)).isEmpty) }
        #expect(look([Self.session(Self.two)], 60) == [.session(with: Self.two, isEstablished: false)])
        // It was one that speaks BGP.
        for second in 61..<68 { #expect(look([Self.session(Self.two)], Int64(second)).isEmpty) }
        #expect(look([Self.session(Self.two)], 68) == [.failed(Self.two)])
        #expect(look([], 69).isEmpty)
        // Two peers on the interface: one of them is enough.
        #expect(
            look([Self.session(Self.two), Self.session(Self.two, true)], 70)
                == [.session(with: Self.two, isEstablished: true)])
    }
}
