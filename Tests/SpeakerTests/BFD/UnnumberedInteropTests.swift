import Addresses
import BFD
import BGP
import ClusterConfiguration
import Logging
import NodeDecisions
import Speaker
import TestSupport
import Testing

@Suite("Unnumbered sessions with FRR", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct UnnumberedInteropTests {
    static let bgp = """
        router bgp 64513
         bgp router-id 10.99.0.2
         no bgp ebgp-requires-policy
         neighbor eth0 interface remote-as external
         neighbor eth0 bfd
         address-family ipv6 unicast
          neighbor eth0 activate
         exit-address-family
        exit
        """

    @Test(
        "The router is found by its advertisement, takes both families over its link-local address, and BFD guards it")
    func frr() async throws {
        try await BGPLab(hasBFD: true).run { lab in
            let frr = try await FRRWithBFD(lab, bgp: UnnumberedInteropTests.bgp)
            defer { frr.stop() }
            let changes = Locked<[RouterChange]>([])
            let index = try #require(
                Int32(try await lab.node.run("cat", "/sys/class/net/eth0/ifindex").output.filter { $0 != "\n" }))
            let finder = try await lab.node.onThread {
                try RouterFinder(logger: Logger(label: "finder")) { change in
                    changes.withLock { $0.append(change) }
                }
            }
            defer { finder.stop() }
            finder.apply([index: "eth0"])
            try await eventually("the router is found") { changes.value.last?.router != nil }
            var peer = Peer(
                name: "tor", myASN: 64512, remoteAS: .external, endpoint: .unnumbered(interface: "eth0"))
            peer.bfd = BFDSettings(
                profile: "fast", receiveInterval: .milliseconds(50), transmitInterval: .milliseconds(50))
            let settings = try #require(
                BGPPeerSettings(
                    peer, routerID: IPv4Address(10, 99, 0, 1), ownAddresses: [:], router: changes.value.last?.router))
            #expect(settings.zone == "eth0" && settings.address.isLinkLocal)
            lab.speaker.apply([
                .announce(try IPPrefix("192.0.2.10/32"), to: ["tor"]),
                .announce(try IPPrefix("2001:db8:1::10/128"), to: ["tor"]),
            ])
            await lab.speaker.apply(peers: [settings])
            try await lab.waitForState(.established, atMost: .seconds(40))
            try await eventually("FRR has both") {
                let ipv4 = try await frr.ask("show bgp ipv4 unicast 192.0.2.10/32", of: "bgpd")
                let ipv6 = try await frr.ask("show bgp ipv6 unicast 2001:db8:1::10/128", of: "bgpd")
                return ipv4.contains("fe80::") && ipv6.contains("fe80::") && ipv4.contains("best")
                    && ipv6.contains("best")
            }
            try await lab.waitForBFD(.up)
            try lab.cut()
            let took = try await lab.timeUntilLoss()
            print("BFD: cut, unnumbered BGP down after \(took)")
            #expect(took < .milliseconds(1200))
        }
    }
}
