import Addresses
import BFD
import BGP
import NodeDecisions
import Speaker
import TestSupport
import Testing
import Timing

/// Martlet's BFD and BGP against the daemons of others, in network namespaces.
@Suite("BFD with other daemons", .serialized, .enabled(if: NetworkNamespace.isPermitted, "needs root"))
struct BFDInteropTests {
    static func birdProtocols(interval: String = "50 ms", options: String = "", bgp: String = "") -> String {
        """
        protocol bfd { interface "eth0" { interval \(interval); multiplier 3; \(options) }; }
        protocol bgp tor {
          local 10.99.0.2 as 64513; neighbor 10.99.0.1 as 64512; hold time 90; connect retry time 2;
          error wait time 1, 2; bfd on; \(bgp)
          ipv4 { import all; export none; };
        }
        """
    }
}

extension BGPLab {
    /// The peer `tor` with BFD at 50 ms × 3.
    func peerWithBFD(_ change: (inout BFDPeerSettings) -> Void = { _ in }) -> BGPPeerSettings {
        var settings = peer(holdTime: .seconds(90))
        var session = BFDPeerSettings(name: settings.name, address: settings.address)
        session.desiredMinTxInterval = .milliseconds(50)
        session.requiredMinRxInterval = .milliseconds(50)
        change(&session)
        settings.bfd = session
        return settings
    }

    func bfdSession(_ name: String = "tor") async throws -> BFDSnapshot.Session {
        try #require(await bfd?.snapshot().sessions[name])
    }

    func waitForBFD(_ state: BFD.SessionState, atMost limit: Duration = .seconds(15)) async throws {
        try await eventually("BFD becomes \(state)", within: limit) {
            try await self.bfdSession().status.state == state
        }
    }

    /// Up, with both sides past the slow intervals of the beginning.
    func waitForDetectionTime(_ time: Duration) async throws {
        try await eventually("a detection time of \(time)") { try await self.bfdSession().detectionTime == time }
    }

    /// How long it takes from now until BGP is not Established.
    func timeUntilLoss(atMost limit: Duration = .seconds(5)) async throws -> Duration {
        let start = ContinuousClock.now
        while try await status().state == .established {
            guard start.duration(to: .now) < limit else { throw TestFailure("BGP goes on") }
            try await Task.sleep(for: .milliseconds(1))
        }
        return start.duration(to: .now)
    }
}

extension BFDInteropTests {
    @Test("BIRD: BGP falls within the detection time of a cut that no interface shows, and returns")
    func cutWithBird() async throws {
        try await BGPLab(hasBFD: true).run { lab in
            let bird = try await BirdRouter(lab, BFDInteropTests.birdProtocols())
            defer { bird.stop() }
            await lab.speaker.apply(peers: [lab.peerWithBFD()])
            try await lab.waitForState(.established)
            try await lab.waitForBFD(.up)
            try await lab.waitForDetectionTime(.milliseconds(150))
            try lab.cut()
            let took = try await lab.timeUntilLoss()
            print("BFD: cut, BGP down after \(took)")
            #expect(took < .milliseconds(400))
            let status = try await lab.status()
            #expect(status.lastError?.contains("Control Detection Time Expired") == true, "\(status)")
            #expect(try await lab.bfdSession().failures == 1)
            // While nothing passes nothing is established; BFD is the first to know that it does again.
            try await Task.sleep(for: .seconds(5))
            #expect(try await lab.status().state != .established)
            try lab.mend()
            try await lab.waitForBFD(.up)
            try await lab.waitForState(.established)
        }
    }

    @Test("BIRD with meticulous and plain keyed SHA-1; with another secret BFD stays Down and BGP does not wait for it")
    func authentication() async throws {
        try await BGPLab(hasBFD: true).run { lab in
            for (word, isMeticulous) in [("meticulous keyed sha1", true), ("keyed sha1", false)] {
                let options = "authentication \(word); password \"correct horse\" { id 7; };"
                let bird = try await BirdRouter(
                    lab, name: "b\(isMeticulous)", BFDInteropTests.birdProtocols(options: options))
                defer { bird.stop() }
                func key(_ secret: String) -> AuthenticationKey? {
                    AuthenticationKey(keyID: 7, secret: Array(secret.utf8), isMeticulous: isMeticulous)
                }
                await lab.speaker.apply(peers: [lab.peerWithBFD { $0.authentication = key("wrong") }])
                try await lab.waitForState(.established)
                try await eventually("packets with another secret are dropped") {
                    try await lab.bfdSession().drops[.authenticationDigest, default: 0] > 2
                }
                #expect(try await lab.bfdSession().status.state == .down)

                await lab.speaker.apply(peers: [lab.peerWithBFD { $0.authentication = key("correct horse") }])
                try await lab.waitForBFD(.up)
                // The wrong secret is replaced in the running session, and BGP notices nothing of it.
                #expect(try await lab.status().state == .established)
                try await lab.waitForDetectionTime(.milliseconds(150))
                try await Task.sleep(for: .seconds(3))
                #expect(try await lab.bfdSession().failures == 0)
                #expect(try await bird.ask("show bfd sessions").contains("Up"))
                await lab.speaker.apply(peers: [])
            }
        }
    }

    @Test("BIRD: Martlet passive, and several hops away over IPv6") func passiveAndMultihop() async throws {
        try await BGPLab(hasBFD: true).run { lab in
            try lab.node.ip("address add 2001:db8:98::1/128 dev lo")
            try lab.router.ip("address add 2001:db8:98::2/128 dev lo")
            try lab.node.ip("route add 2001:db8:98::2/128 via 2001:db8:99::2")
            try lab.router.ip("route add 2001:db8:98::1/128 via 2001:db8:99::1")
            let bird = try await BirdRouter(
                lab,
                """
                protocol kernel { ipv6 { import none; export none; }; learn; scan time 1; }
                protocol bfd { multihop { interval 60 ms; multiplier 4; }; }
                protocol bgp tor {
                  local 2001:db8:98::2 as 64513; neighbor 2001:db8:98::1 as 64512; multihop; connect retry time 2;
                  bfd on; ipv6 { import all; export none; next hop self; };
                }
                """)
            defer { bird.stop() }
            var settings = lab.peer(over: .ipv6)
            settings.address = try IPAddress("2001:db8:98::2")
            settings.sourceAddress = try IPAddress("2001:db8:98::1")
            var session = BFDPeerSettings(name: "tor", address: settings.address)
            session.sourceAddress = settings.sourceAddress
            session.isMultihop = true
            // BIRD sends what goes over several hops with a TTL of 64.
            session.minimumHopLimit = 63
            session.role = .passive
            session.desiredMinTxInterval = .milliseconds(50)
            session.requiredMinRxInterval = .milliseconds(50)
            settings.bfd = session
            await lab.speaker.apply(peers: [settings])
            try await lab.waitForBFD(.up)
            try await lab.waitForDetectionTime(.milliseconds(240))
            try lab.cut()
            try await lab.waitForBFD(.down, atMost: .seconds(1))
        }
    }

    @Test("FRR: polls both ways, AdminDown both ways without harm to BGP, and a cut") func frr() async throws {
        try await BGPLab(hasBFD: true).run { lab in
            let frr = try await FRRWithBFD(
                lab,
                bgp: """
                    router bgp 64513
                     bgp router-id 10.99.0.2
                     no bgp ebgp-requires-policy
                     neighbor 10.99.0.1 remote-as 64512
                     neighbor 10.99.0.1 passive
                     neighbor 10.99.0.1 bfd
                     neighbor 10.99.0.1 bfd profile fast
                    exit
                    """,
                bfd: """
                    bfd
                     profile fast
                      receive-interval 60
                      transmit-interval 60
                     exit
                    exit
                    """)
            defer { frr.stop() }
            await lab.speaker.apply(peers: [lab.peerWithBFD()])
            try await lab.waitForState(.established)
            try await lab.waitForBFD(.up)
            try await lab.waitForDetectionTime(.milliseconds(180))
            let since = try await lab.status().since

            // A longer interval of FRR's, by its poll, and a longer one of ours.
            try await frr.configure("bfd", "profile fast", "transmit-interval 100", of: "bfdd")
            try await lab.waitForDetectionTime(.milliseconds(300))
            await lab.speaker.apply(peers: [lab.peerWithBFD { $0.desiredMinTxInterval = .milliseconds(200) }])
            try await eventually("our interval") {
                try await lab.bfdSession().transmitInterval == .milliseconds(200)
            }

            // The router's operator, then ours, wants BFD down: BGP goes on.
            try await frr.configure("bfd", "profile fast", "shutdown", of: "bfdd")
            try await eventually("FRR's AdminDown") { try await lab.bfdSession().status.remoteState == .adminDown }
            let status = try await lab.status()
            #expect(status.since == since, "\(status.lastError ?? "")")
            try await frr.configure("bfd", "profile fast", "no shutdown", of: "bfdd")
            try await lab.waitForBFD(.up)
            // FRR 8.4 takes our AdminDown for a failure, whatever RFC 5882 §3.2 says; BGP is back at once.
            await lab.speaker.apply(peers: [lab.peer(holdTime: .seconds(90))])
            try await eventually("FRR hears our AdminDown") {
                try await frr.ask("show bfd peers", of: "bfdd").contains("Status: down")
            }
            #expect(try await lab.status().bfd == nil)
            try await lab.waitForState(.established)

            await lab.speaker.apply(peers: [lab.peerWithBFD()])
            try await lab.waitForBFD(.up)
            try await lab.waitForDetectionTime(.milliseconds(300))
            try lab.cut()
            let took = try await lab.timeUntilLoss()
            print("BFD: cut, BGP with FRR down after \(took)")
            #expect(took < .milliseconds(500))
            try lab.mend()
            try await lab.waitForState(.established, atMost: .seconds(30))
            try await lab.waitForBFD(.up)
        }
    }
}
