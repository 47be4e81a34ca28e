import Addresses
import BFD
import BGP
import NodeDecisions
import Speaker
import TestSupport
import Testing

/// Graceful restart beside BFD, with a router that takes BFD seriously.
@Suite("Graceful restart with BFD", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct BFDRestartTests {
    static let bgp = """
        router bgp 64513
         bgp router-id 10.99.0.2
         no bgp ebgp-requires-policy
         bgp graceful-restart
         neighbor 10.99.0.1 remote-as 64512
         neighbor 10.99.0.1 passive
         neighbor 10.99.0.1 bfd
        exit
        """

    @Test("A stop for a restart leaves the routes standing in FRR, and a path that fails takes them at once")
    func restart() async throws {
        for isFailure in [false, true] {
            try await BGPLab(hasBFD: true).run { lab in
                let frr = try await FRRWithBFD(lab, bgp: BFDRestartTests.bgp)
                defer { frr.stop() }
                var settings = lab.peerWithBFD()
                settings.session.gracefulRestart = SessionConfiguration.GracefulRestartSettings()
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                await lab.speaker.apply(peers: [settings])
                try await lab.waitForBFD(.up)
                func route() async throws -> String {
                    try await frr.ask("show bgp ipv4 unicast", of: "bgpd").split(separator: "\n")
                        .first { $0.contains("192.0.2.10/32") }.map(String.init) ?? ""
                }
                try await eventually("FRR has the route") { try await route().hasPrefix("*>") }
                if isFailure {
                    try lab.cut()
                    try await eventually("the route is gone", within: .seconds(3)) { try await route().isEmpty }
                } else {
                    await lab.speaker.shutdownForRestart()
                    try await eventually("FRR's BFD is down") {
                        try await frr.ask("show bfd peers", of: "bfdd").contains("Status: down")
                    }
                    for _ in 0..<10 {
                        #expect(try await route().hasPrefix("S>"))
                        try await Task.sleep(for: .milliseconds(100))
                    }
                }
            }
        }
    }
}
