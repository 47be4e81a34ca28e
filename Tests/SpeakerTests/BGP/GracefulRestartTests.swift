import Addresses
import BGP
import Foundation
import Glibc
import NodeDecisions
import Speaker
import TestSupport
import Testing

extension BGPInteropTests {
    @Suite("Graceful restart") struct GracefulRestart {
        static let prefix = "192.0.2.10/32"
        static let frr = FRR.external.replacing("no bgp ebgp", with: "bgp graceful-restart\n no bgp ebgp")

        /// The process is beside the tests' own executable.
        private func start(_ lab: BGPLab, isRestarting: Bool) throws -> ChildProcess {
            let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
            let path = URL(fileURLWithPath: tests).deletingLastPathComponent().appendingPathComponent("bgp-process")
                .path
            return try lab.node.start(
                command: [path, "10.99.0.2", GracefulRestart.prefix] + (isRestarting ? ["restarting"] : []))
        }

        /// Kills the process, starts it again, and watches the router's table meanwhile.
        private func restart(
            _ lab: BGPLab, _ first: ChildProcess, watching path: String, _ dialect: ControlSocket.Dialect,
            _ question: String, isBack: () async throws -> Bool
        ) async throws -> TableWatch.Result {
            let watch = TableWatch()
            async let result = watch.run(path, dialect, question, expecting: "10.99.0.1")
            do {
                try await Task.sleep(for: .milliseconds(300))
                first.kill()
                try await Task.sleep(for: .seconds(1))
                let second = try start(lab, isRestarting: true)
                try await eventually("the session is back", isBack)
                // What was not announced again would go when the table was sent whole.
                try await Task.sleep(for: .seconds(2))
                second.stop()
                watch.end()
            } catch {
                watch.end()
                throw error
            }
            return try await result
        }

        @Test("Killed and started again, Martlet leaves no gap in BIRD's table") func bird() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                let first = try start(lab, isRestarting: false)
                try await eventually("the route") { try await bird.ask("show route").contains(GracefulRestart.prefix) }
                let result = try await restart(
                    lab, first, watching: "\(lab.directory)/bird.ctl", .bird,
                    "show route \(GracefulRestart.prefix)"
                ) {
                    let state = try await bird.ask("show protocols all martlet4")
                    return state.contains("Restart recovery") && state.contains("Established")
                }
                print("BIRD's table: \(result.samples) samples, longest gap \(result.longestGap)")
                #expect(result.samples > 100)
                #expect(result.missing == 0)
            }
        }

        @Test("Killed and started again, Martlet leaves no gap in FRR's table") func frr() async throws {
            try await BGPLab().run { lab in
                let frr = try await FRRRouter(lab, GracefulRestart.frr)
                let first = try start(lab, isRestarting: false)
                let question = "show bgp ipv4 unicast \(GracefulRestart.prefix)"
                try await eventually("the route") { try await frr.ask(question).contains("10.99.0.1") }
                let result = try await restart(lab, first, watching: "\(lab.directory)/bgpd.vty", .frr, question) {
                    let neighbor = try await frr.ask("show bgp neighbors 10.99.0.1")
                    guard try await !frr.ask(question).contains("stale") else { return false }
                    return neighbor.contains("Connections established 2")
                        && neighbor.contains("BGP state = Established")
                }
                print("FRR's table: \(result.samples) samples, longest gap \(result.longestGap)")
                #expect(result.samples > 100)
                #expect(result.missing == 0)
            }
        }

        @Test("Killed and started again, Martlet leaves no gap in the table of", arguments: [Daemon.gobgp, .openbgpd])
        func others(daemon: Daemon) async throws {
            try await BGPLab().run { lab in
                let router = try await daemon.start(lab, RouterSetup())
                defer { router.stop() }
                let prefix = try IPPrefix(GracefulRestart.prefix)
                let first = try start(lab, isRestarting: false)
                try await eventually("the route") { try await router.details(of: prefix).contains("10.99.0.1") }
                let isOver = Locked(false)
                async let watched = watch(router, prefix, until: isOver)
                do {
                    defer { isOver.withLock { $0 = true } }
                    try await Task.sleep(for: .milliseconds(300))
                    first.kill()
                    try await Task.sleep(for: .seconds(1))
                    let second = try start(lab, isRestarting: true)
                    defer { second.stop() }
                    // It would let us wait for half a minute.
                    if let router = router as? OpenBGPDRouter { _ = try await router.ask("neighbor 10.99.0.1 up") }
                    try await eventually("the session is back", within: .seconds(20)) { try await isUp(router) }
                    // What was not announced again would go when the table was sent whole.
                    try await Task.sleep(for: .seconds(2))
                }
                let (samples, missing) = try await watched
                print("\(daemon.rawValue)'s table: \(samples) samples")
                #expect(samples > 50)
                #expect(missing == 0)
            }
        }

        private func isUp(_ router: any InteropRouter) async throws -> Bool {
            switch router {
            case let router as GoBGPRouter: try await router.ask("neighbor").contains("Establ")
            case let router as OpenBGPDRouter:
                try await router.ask("show neighbor 10.99.0.1").contains("BGP state = Established")
            default: false
            }
        }

        /// Asks for the route all the time, by the daemon's own program, and counts how often it is not there.
        private func watch(
            _ router: any InteropRouter, _ prefix: IPPrefix, until isOver: Locked<Bool>
        ) async throws -> (samples: Int, missing: Int) {
            var (samples, missing) = (0, 0)
            while !isOver.withLock({ $0 }) {
                samples += 1
                if try await !router.details(of: prefix).contains("10.99.0.1") { missing += 1 }
                try await Task.sleep(for: .milliseconds(10))
            }
            return (samples, missing)
        }

        @Test("Without graceful restart the same watch sees the route go") func control() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(
                    lab, Bird.external4.replacing("hold time 9;", with: "hold time 9; graceful restart off;"))
                let first = try start(lab, isRestarting: false)
                try await eventually("the route") { try await bird.ask("show route").contains(GracefulRestart.prefix) }
                let result = try await restart(
                    lab, first, watching: "\(lab.directory)/bird.ctl", .bird,
                    "show route \(GracefulRestart.prefix)"
                ) { try await bird.ask("show route").contains(GracefulRestart.prefix) }
                #expect(result.missing > 10)
            }
        }

        @Test("An orderly stop leaves the routes too, for as long as was asked for") func orderly() async throws {
            try await BGPLab().run { lab in
                let bird = try await BirdRouter(lab, Bird.external4)
                var peer = lab.peer()
                peer.session.gracefulRestart = SessionConfiguration.GracefulRestartSettings(restartTime: .seconds(3))
                lab.speaker.apply([.announce(try IPPrefix(GracefulRestart.prefix), to: ["tor"])])
                await lab.speaker.apply(peers: [peer])
                try await eventually("the route") { try await bird.ask("show route").contains(GracefulRestart.prefix) }
                await lab.speaker.shutdownForRestart(text: "not to be seen")
                try await Task.sleep(for: .seconds(1))
                #expect(try await bird.ask("show route").contains(GracefulRestart.prefix))
                try await eventually("the route goes", within: .seconds(8)) {
                    try await !bird.ask("show route").contains(GracefulRestart.prefix)
                }
            }
        }
    }
}
