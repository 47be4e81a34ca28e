import Testing
import Timing

@testable import Presentation

@Suite("top") struct TopScreenTests {
    static func screen(height: Int? = nil) -> TopScreen {
        var former =
            Samples.status.documents.first { $0.node == "node-1" }
            ?? StatusDocument(version: "", role: "", node: nil)
        var status = former
        let counters = InterfaceEntry.Counters(requests: 100, replies: 100, announcements: 7)
        former.interfaces = [
            InterfaceEntry(interface: "eth0", mac: nil, isUp: true, addresses: 2, arp: counters)
        ]
        var more = counters
        more.replies = 1345
        status.interfaces = [
            InterfaceEntry(
                interface: "eth0", mac: nil, isUp: true, addresses: 2, arp: more,
                drops: [.init(reason: "NotOwned", count: 3)])
        ]
        return TopScreen(
            from: former, to: status, elapsed: .seconds(2), events: Samples.status.events, height: height)
    }

    @Test("screens", arguments: [80, 160]) func golden(width: Int) throws {
        let lines = Self.screen().lines(Samples.layout(width))
        try expectGolden(lines.map { $0 + "\n" }.joined(), "top-\(width)")
        for line in lines { #expect(line.displayWidth <= width, "\(line)") }
    }

    @Test("a rate is what was counted between two looks, by the time between them") func rate() {
        let lines = Self.screen().lines(Samples.layout(nil))
        #expect(
            lines.contains {
                $0.hasPrefix("ARP requests answered") && $0.contains("622.5") && $0.contains("1345")
            })
    }

    @Test("a process that began again in between has no rate, not a negative one") func restarted() {
        let there = Self.screen()
        let back = TopScreen(from: there.status, to: there.former, elapsed: .seconds(2), events: [])
        #expect(
            back.lines(Samples.layout(nil)).contains {
                $0.hasPrefix("ARP requests answered") && $0.contains(" - ")
            })
    }

    @Test("it is never higher than the terminal", arguments: [1, 2, 10, 15, 20, 24, 50]) func height(
        height: Int
    ) {
        #expect(Self.screen(height: height).lines(Samples.layout(80)).count <= height)
    }
}
