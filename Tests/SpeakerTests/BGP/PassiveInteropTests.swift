import Addresses
import BGP
import Interfaces
import NetworkIO
import NodeDecisions
import Speaker
import TestSupport
import Testing

extension BGPInteropTests {
    @Suite("Where the router connects") struct Passive {
        static func router(_ family: AddressFamily, _ more: String = "") -> String {
            let (own, other) = family == .ipv4 ? ("10.99.0.2", "10.99.0.1") : ("2001:db8:99::2", "2001:db8:99::1")
            return """
                protocol bgp active {
                    local \(own) as 64513; neighbor \(other) as 64512; hold time 9; strict bind yes;
                    connect delay time 1; connect retry time 1; error wait time 1, 2; \(more)
                    \(family == .ipv4 ? "ipv4" : "ipv6") { import all; export none; };
                }
                """
        }

        private func listeners(_ lab: BGPLab) async throws -> String {
            try await lab.node.run(command: ["ss", "-Hltn", "sport = :179"]).output
        }

        /// How many packets the kernel of the node dropped for this reason, a counter of `nstat`.
        private func drops(_ counter: String, _ lab: BGPLab) async throws -> Int {
            let output = try await lab.node.run(command: ["nstat", "-asz", counter]).output
            let words = output.split(whereSeparator: \.isWhitespace)
            return words.firstIndex(of: counter[...]).flatMap { index in
                words.dropFirst(index + 1).first.flatMap { Int($0) }
            } ?? 0
        }

        @Test(
            "A passive session waits behind TCP-MD5 and GTSM; the port is open for as long as it is there",
            arguments: AddressFamily.allCases)
        func protection(family: AddressFamily) async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab, Passive.router(family, #"password "correct horse"; ttl security on;"#))
                #expect(try await listeners(lab).isEmpty)
                var peer = lab.peer(over: family)
                peer.session.isPassive = true
                peer.options = TCPOptions(
                    timeToLive: 255, leastTimeToLive: 255, password: TCPPassword("horse correct"))
                await lab.speaker.apply(peers: [peer])
                try await eventually("it listens") { try await listeners(lab).contains(":179") }
                try await eventually(
                    "the kernel drops what is signed with another key", within: .seconds(20), every: .milliseconds(200)
                ) {
                    try await drops("TcpExtTCPMD5Failure", lab) > 0
                }
                #expect(try await lab.status().statistics.received.open == 0)
                #expect(try await lab.status().state == .active)
                peer.options.password = TCPPassword("correct horse")
                await lab.speaker.apply(peers: [peer])
                lab.speaker.apply([
                    .announce(try IPPrefix("192.0.2.10/32"), to: ["tor"]),
                    .announce(try IPPrefix("2001:db8:1::10/128"), to: ["tor"]),
                ])
                try await eventually("BIRD has the route") {
                    try await bird.ask("show route count").contains("1 of 1 routes")
                }
                #expect(try await lab.status().negotiated?.connection.direction == .inbound)
                await lab.speaker.apply(peers: [])
                try await eventually("it listens no longer") { try await listeners(lab).isEmpty }
            }
        }

        @Test("A router that sends with a small TTL is not heard where GTSM is on") func distantPeer() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Passive.router(.ipv4, "multihop 3;"))
                var peer = lab.peer()
                peer.session.isPassive = true
                peer.options = TCPOptions(timeToLive: 255, leastTimeToLive: 255)
                await lab.speaker.apply(peers: [peer])
                try await eventually("it listens") { try await listeners(lab).contains(":179") }
                try await eventually(
                    "the kernel drops what came too far", within: .seconds(20), every: .milliseconds(200)
                ) {
                    try await drops("TcpExtTCPMinTTLDrop", lab) > 0
                }
                #expect(try await bird.ask("show protocols").contains("active"))
                #expect(try await lab.status().statistics.established == 0)
                peer.options = TCPOptions()
                await lab.speaker.apply(peers: [peer])
                try await eventually("a session") {
                    try await bird.ask("show protocols").contains("Established")
                }
            }
        }

        @Test("A stranger's connection is closed without a word, and counted") func strangers() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Passive.router(.ipv4))
                try lab.router.ip("address add 10.99.0.3/24 dev eth0")
                var peer = lab.peer()
                peer.session.isPassive = true
                await lab.speaker.apply(peers: [peer])
                try await eventually("a session") {
                    try await bird.ask("show protocols").contains("Established")
                }
                for _ in 0..<3 {
                    let stranger = try await lab.router.run(
                        command: ["socat", "-u", "TCP:10.99.0.1:179,bind=10.99.0.3", "-"])
                    #expect(stranger.output.isEmpty)
                }
                try await eventually("they are counted") { lab.speaker.refusedConnections == 3 }
                #expect(try await lab.status().statistics.established == 1)
                #expect(try await lab.status().state == .established)
            }
        }

        @Test("When both connect, one session comes of it, and stays", arguments: ["10.99.0.0", "10.99.0.200"])
        func collision(routerID: String) async throws {
            try await BGPLab().run { lab in
                var other = lab.peer("other")
                other.address = .v4(IPv4Address(10, 99, 0, 77))
                other.session.isPassive = true
                // The port is open because of another peer.
                await lab.speaker.apply(peers: [lab.peer(), other])
                try await eventually("it listens") { try await listeners(lab).contains(":179") }
                let bird = try await BirdRouter(lab, Passive.router(.ipv4, "router id \(routerID);"))
                lab.speaker.apply([.announce(try IPPrefix("192.0.2.10/32"), to: ["tor"])])
                try await eventually("BIRD has the route") {
                    try await bird.ask("show route count").contains("1 of 1 routes")
                }
                let established = try await lab.status().statistics.established
                try await Task.sleep(for: .seconds(3))
                #expect(try await lab.status().statistics.established == established)
                #expect(try await lab.status().state == .established)
            }
        }

        @Test("An address that is not there yet is listened on once it is") func lateAddress() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab, Passive.router(.ipv4).replacing("neighbor 10.99.0.1", with: "neighbor 10.99.0.9"))
                var peer = lab.peer()
                peer.session.isPassive = true
                peer.sourceAddress = .v4(IPv4Address(10, 99, 0, 9))
                await lab.speaker.apply(peers: [peer])
                try await eventually("the status says why") {
                    try await lab.status().lastError?.contains("cannot listen on 10.99.0.9:179") == true
                }
                try lab.node.ip("address add 10.99.0.9/24 dev eth0")
                try await lab.waitForState(.established)
                #expect(try await bird.ask("show protocols").contains("Established"))
                #expect(try await lab.status().lastError == nil)
            }
        }

        @Test("A shutdown by configuration tells the router why, and lasts until it is taken back") func shutdown()
            async throws
        {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                var peer = lab.peer()
                await lab.speaker.apply(peers: [peer])
                try await lab.waitForState(.established)
                peer.shutdown = BGPPeerSettings.Shutdown(text: "new line card")
                await lab.speaker.apply(peers: [peer])
                try await eventually("BIRD has the text") {
                    try await bird.ask("show protocols all martlet4").contains("new line card")
                }
                try await Task.sleep(for: .seconds(2))
                let status = try await lab.status()
                #expect(status.state == .idle && status.lastError == "administratively down: new line card")
                peer.shutdown = nil
                await lab.speaker.apply(peers: [peer])
                try await lab.waitForState(.established)
            }
        }
    }
}
