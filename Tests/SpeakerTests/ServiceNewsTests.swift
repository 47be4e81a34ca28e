import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Presentation
import Testing
import Timing

@testable import Speaker

@Suite("Of a speaker's history, Events tell") struct ServiceNewsTests {
    static func entry(_ kind: EventEntry.Kind, services: [String] = ["default/web"]) -> EventEntry {
        EventEntry(
            kind, at: Timestamp(seconds: 1_767_225_600), node: "n1", services: services, ip: "192.0.2.16", "A sentence."
        )
    }

    @Test("who answers, a conflict and its end, and nothing else", arguments: EventEntry.Kind.allCases)
    func kinds(_ kind: EventEntry.Kind) {
        var news = ServiceNews()
        let levels: [EventEntry.Kind: EventNote.Kind] = [
            .claimed: .normal, .conflict: .warning, .conflictOver: .normal,
        ]
        let notes = news.notes(of: Self.entry(kind), at: .zero)
        #expect(notes.map(\.kind) == (levels[kind].map { [$0] } ?? []))
        for note in notes {
            #expect(note.reason == kind.rawValue && note.message == "A sentence.")
            #expect(note.service == NamespacedName(namespace: "default", name: "web"))
        }
    }

    @Test("every Service that shares the address, and no object without a namespace") func shared() {
        var news = ServiceNews()
        let notes = news.notes(of: Self.entry(.claimed, services: ["a/x", "b/y", "odd"]), at: .zero)
        #expect(notes.map(\.service.description) == ["a/x", "b/y"])
    }

    @Test("what the node held before a restart is told once another has had it") func inherited() {
        var news = ServiceNews(inherited: [.init(service: "default/web", ip: "192.0.2.16")])
        #expect(news.notes(of: Self.entry(.claimed), at: .zero).isEmpty)
        #expect(news.notes(of: Self.entry(.yielded), at: .zero).isEmpty)
        #expect(news.notes(of: Self.entry(.claimed), at: .zero).count == 1)
    }

    @Test("some of five thousand at once, conflicts before owners, and again after a while") func flood() {
        var news = ServiceNews()
        var told = 0
        for _ in 0..<5000 { told += news.notes(of: Self.entry(.claimed), at: .zero).count }
        #expect(told == 40)
        #expect(news.notes(of: Self.entry(.conflict), at: .zero).count == 1)
        #expect(news.notes(of: Self.entry(.claimed), at: .zero).isEmpty)
        #expect(news.notes(of: Self.entry(.claimed), at: Instant.zero.advanced(by: .seconds(60))).count == 1)
    }
}
