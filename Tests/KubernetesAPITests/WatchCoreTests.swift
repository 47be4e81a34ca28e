import KubernetesModel
import TestSupport
import Testing
import Timing

@testable import KubernetesAPI

@Suite("What a watch decides")
struct WatchCoreTests {
    typealias Core = WatchCore<Namespace>

    static func makeCore() -> Core { Core() }

    static func object(_ name: String, _ version: Int, uid: String? = nil) -> Namespace {
        var metadata = ObjectMeta(name: name)
        metadata.uid = uid ?? "uid-\(name)"
        metadata.resourceVersion = String(version)
        return Namespace(metadata: metadata)
    }

    static func page(_ objects: [Namespace], version: Int, token: String? = nil) -> Core.Event {
        page(objects.map(read), version: version, token: token)
    }

    static func page(_ items: [LenientObject<Namespace>], version: Int, token: String? = nil) -> Core.Event {
        .page(ListPage(metadata: .init(resourceVersion: String(version), continue: token), items: items))
    }

    static func read(_ object: Namespace) -> LenientObject<Namespace> {
        LenientObject(metadata: object.metadata, object: object, problem: nil)
    }

    static func unreadable(_ metadata: ObjectMeta?) -> LenientObject<Namespace> {
        LenientObject(metadata: metadata, object: nil, problem: "?")
    }

    static let gone = RequestFailure(.status(410, reason: "Expired"), "gone")
    static let busy = RequestFailure(.status(429, reason: nil), "busy", retryAfter: .seconds(7))
    static let down = RequestFailure(.connection, "refused")
    static let status = StatusAnswer(reason: "Expired", message: "too old", code: 410)

    /// What a core says, as one short text: `initial a@1, ready`.
    static func text(_ outputs: [Core.Output]) -> String {
        outputs.map { output in
            func name(_ object: Namespace) -> String {
                "\(object.metadata.name)@\(object.metadata.resourceVersion ?? "-")"
            }
            return switch output {
            case .event(.initial(let object)): "initial \(name(object))"
            case .event(.ready): "ready"
            case .event(.applied(let object)): "applied \(name(object))"
            case .event(.deleted(let name)): "deleted \(name)"
            case .unreadable(let item): "left out \(item.name?.description ?? "-")"
            case .cured(let name): "cured \(name)"
            case .setBack(let from, let to): "set back from \(from) to \(to)"
            }
        }.joined(separator: ", ")
    }

    /// Tells a core events, one after the other, and collects what it says of the last.
    static func run(_ events: [Core.Event], _ core: inout Core) -> String {
        var generator = SeededGenerator(seed: 1)
        var said = ""
        for event in events { said = text(core.handle(event, using: &generator)) }
        return said
    }

    struct Case: Sendable, CustomStringConvertible {
        let situation: String
        let events: [Core.Event]
        let expected: String
        var description: String { situation }

        init(_ situation: String, _ events: [Core.Event], _ expected: String) {
            (self.situation, self.events, self.expected) = (situation, events, expected)
        }
    }

    static let cases: [Case] = {
        let listed = page([object("a", 1), object("b", 2)], version: 5)
        let relist: [Core.Event] = [listed, .line(.error(status)), .waited]
        let stale = page([object("a", 1)], version: 4)
        let older = (0..<Core.olderAnswersRejected).flatMap { _ in [Core.Event.looked("4"), .waited] }
        return [
            Case("a list after an error shows an older state → nothing is gone", relist + [stale], ""),
            Case(
                "a look shows that the server has caught up → it is listed, and only differences are told",
                relist + [stale, .waited, .looked("9"), page([object("a", 1), object("b", 9)], version: 9)],
                "applied b@9"),
            Case(
                "the next list is older again, after a look that was not → the same",
                relist + [stale, .waited, .looked("9"), stale], ""),
            Case(
                "older answers alone, as after a restored backup → the state is set back",
                relist + [stale, .waited] + older.dropLast(2) + [.looked("4")], "set back from 5 to 4"),
            Case(
                "one answer in between is not older → it is not",
                relist + [stale, .waited] + older.dropLast(4) + [.looked("5"), listed, .line(.error(status)), .waited]
                    + [stale], ""),
            Case(
                "a state set back → what is gone is deleted, and the rest told again: numbers are given out twice",
                relist + [stale, .waited] + older.dropLast(2) + [.looked("4"), stale], "applied a@1, deleted b"),
            Case(
                "a look beside a watch shows an older state → it is looked again before anything is believed",
                [listed, .looked("4")], ""),
            Case(
                "a look beside a watch shows it for good → the state is set back",
                [listed, .looked("4"), .waited] + older.dropLast(2) + [.looked("4")], "set back from 5 to 4"),
            Case(
                "an older event → it is not believed", [listed, .line(.modified(read(object("a", 3))))], ""),
            Case(
                "an older event, and a look that is not older → all is listed",
                [listed, .line(.modified(read(object("a", 3)))), .waited, .looked("5"), listed], ""),
            Case(
                "an older bookmark for good → the state is set back",
                [listed, .line(.bookmark(resourceVersion: "4")), .waited] + older + [.looked("4")],
                "set back from 5 to 4"),
            Case(
                "the deletion of a known object in an older resourceVersion → it is gone",
                [listed, .line(.deleted(read(object("a", 3))))], "deleted a"),
            Case(
                "the deletion of an object of that name that was before it → it is not",
                [listed, .line(.deleted(read(object("a", 3, uid: "former"))))], ""),
            Case(
                "resourceVersions that are no numbers → nothing is older",
                [listed, .looked("x"), .line(.modified(read(object("a", 6))))], "applied a@6"),

            Case("a first list", [listed], "initial a@1, initial b@2, ready"),
            Case("an empty first list", [page([Namespace](), version: 5)], "ready"),
            Case("a first page is not all", [page([object("a", 1)], version: 5, token: "t")], "initial a@1"),
            Case(
                "the last page is",
                [page([object("a", 1)], version: 5, token: "t"), page([object("b", 2)], version: 5)],
                "initial b@2, ready"),
            Case("a change", [listed, .line(.modified(read(object("a", 6))))], "applied a@6"),
            Case("what was known already", [listed, .line(.added(read(object("a", 1))))], ""),
            Case("a deletion", [listed, .line(.deleted(read(object("a", 6))))], "deleted a"),
            Case("a deletion of the unknown", [listed, .line(.deleted(read(object("c", 6))))], ""),
            Case("a bookmark", [listed, .line(.bookmark(resourceVersion: "9"))], ""),
            Case("an event of a later server", [listed, .line(.other("LATER"))], ""),
            Case("a new list without a difference", relist + [listed], ""),
            Case(
                "a new list with one object less, one changed, one more",
                relist + [page([object("b", 8), object("c", 9)], version: 10)],
                "applied b@8, applied c@9, deleted a"),
            Case(
                "deleted and made again in between",
                relist + [page([object("a", 9, uid: "other"), object("b", 2)], version: 10)],
                "applied a@9"),
            Case(
                "an unreadable object keeps its last form in force",
                relist + [
                    page([read(object("b", 2)), unreadable(object("a", 9).metadata)], version: 10)
                ], "left out a"),
            Case(
                "an object that was unreadable can be read again",
                [
                    listed, .line(.modified(unreadable(object("a", 6).metadata))),
                    .line(.modified(read(object("a", 7)))),
                ],
                "cured a, applied a@7"),
            Case(
                "an object that was unreadable is gone",
                [page([unreadable(object("x", 1).metadata)], version: 5), .line(.error(status)), .waited, listed],
                "applied a@1, applied b@2, cured x"),
            Case(
                "an object without readable name: nothing is taken for absent",
                relist + [page([unreadable(nil)], version: 10)],
                "left out -"),
            Case(
                "the deletion of an object that cannot be read",
                [listed, .line(.deleted(unreadable(object("a", 6).metadata)))], "deleted a"),
            Case(
                "an event that cannot be understood: read all again",
                [
                    listed, .failed(RequestFailure(.answer, "?"), after: .zero), .waited,
                    page([object("a", 1)], version: 9),
                ],
                "deleted b"),
            Case(
                "a first list that had to begin again tells only differences",
                [
                    page([object("a", 1), object("b", 2)], version: 5, token: "t"), .failed(gone, after: .zero),
                    .waited,
                    page([object("b", 3), object("c", 4)], version: 7),
                ], "applied b@3, initial c@4, deleted a, ready"),
        ]
    }()

    @Test("what is news", arguments: cases) func news(_ row: Case) {
        var core = Self.makeCore()
        #expect(Self.run(row.events, &core) == row.expected)
    }

    @Test("a resourceVersion is resumed from: of the list, an object, a bookmark, a deletion") func resume() {
        var core = Self.makeCore()
        func version() -> String? {
            guard case .watch(let version, let seconds) = core.step else { return nil }
            #expect(Core.seconds.contains(seconds))
            return version
        }
        _ = Self.run([Self.page([Self.object("a", 1)], version: 5)], &core)
        #expect(version() == "5")
        for (line, expected): (WatchLine<Namespace>, String) in [
            (.modified(Self.read(Self.object("a", 6))), "6"), (.bookmark(resourceVersion: "8"), "8"),
            (.deleted(Self.read(Self.object("a", 9))), "9"),
        ] {
            _ = Self.run([.line(line), .ended(after: .seconds(60))], &core)
            #expect(version() == expected)
        }
    }

    @Test("failures → wait, then resume; expiry → list") func failures() {
        var core = Self.makeCore()
        _ = Self.run([.failed(Self.down, after: .zero)], &core)
        #expect(core.step == .awaitServer)
        _ = Self.run([.serverAnswers(wasDown: true), .waited], &core)
        #expect(core.step == .list(continuing: nil, isPaged: true))
        _ = Self.run([Self.page([Namespace](), version: 5), .failed(Self.busy, after: .zero)], &core)
        #expect(core.step == .wait(.seconds(7)), "Retry-After is obeyed")
        _ = Self.run([.waited], &core)
        guard case .watch("5", _) = core.step else { return #expect(Bool(false), "\(core.step)") }
        _ = Self.run([.failed(Self.gone, after: .zero), .waited], &core)
        #expect(core.step == .list(continuing: nil, isPaged: true))
    }

    @Test("a kind that is there no more → the end, if it need not be there; nothing is told as deleted")
    func kindRemoved() {
        let missing = RequestFailure(.status(404, reason: "NotFound"), "no such kind")
        let events: [Core.Event] = [
            Self.page([Self.object("a", 1)], version: 5), .failed(missing, after: .zero), .waited,
            .failed(missing, after: .zero),
        ]
        var optional = Core(isOptional: true)
        #expect(Self.run(events, &optional) == "")
        #expect(optional.step == .end)
        #expect(optional.names == [NamespacedName(namespace: nil, name: "a")])
        var needed = Core()
        #expect(Self.run(events, &needed) == "")
        if case .wait = needed.step {} else { Issue.record("\(needed.step)") }
    }

    @Test("what another watch has told of is told as a change or a deletion, and readiness not again") func takenOver()
    {
        var core = Core(
            isOptional: true,
            known: [NamespacedName(namespace: nil, name: "a"), NamespacedName(namespace: nil, name: "b")])
        #expect(
            Self.run([Self.page([Self.object("a", 1), Self.object("c", 2)], version: 5)], &core)
                == "applied a@1, applied c@2, deleted b")
    }

    @Test("a list that expires between its pages is read in one piece") func expiredPages() {
        var core = Self.makeCore()
        _ = Self.run(
            [Self.page([Namespace](), version: 5, token: "t"), .failed(Self.gone, after: .zero), .waited], &core)
        #expect(core.step == .list(continuing: nil, isPaged: false))
        _ = Self.run([.failed(Self.down, after: .zero), .serverAnswers(wasDown: false), .waited], &core)
        #expect(core.step == .list(continuing: nil, isPaged: false), "a fault does not bring the pages back")
    }

    /// What a failure does to a core that follows, and what comes of it when the server answers.
    static let failureCases: [(situation: String, failure: RequestFailure, waitsForServer: Bool)] = [
        ("nothing listens", down, true), ("nothing answers", RequestFailure(.timeout, ""), true),
        ("it starts", RequestFailure(.status(500, reason: "InternalError"), ""), true),
        ("there is none behind the proxy", RequestFailure(.status(503, reason: nil), ""), true),
        ("it does not know its rules yet", RequestFailure(.status(403, reason: "Forbidden"), ""), true),
        ("it says when to come again", RequestFailure(.status(503, reason: nil), "", retryAfter: .seconds(1)), false),
        ("it is busy", busy, false), ("its certificate is of another", RequestFailure(.security, ""), false),
    ]

    @Test("an outage of any length → the next request follows at once when the server answers", arguments: failureCases)
    func outage(row: (situation: String, failure: RequestFailure, waitsForServer: Bool)) {
        var core = Self.makeCore()
        var generator = SeededGenerator(seed: 7)
        _ = Self.run([Self.page([Namespace](), version: 5)], &core)
        // Delays have grown before, by failures of this resource alone.
        for _ in 0..<10 {
            _ = core.handle(.failed(Self.down, after: .zero), using: &generator)
            _ = core.handle(.serverAnswers(wasDown: false), using: &generator)
            _ = core.handle(.waited, using: &generator)
        }
        _ = core.handle(.failed(row.failure, after: .zero), using: &generator)
        guard row.waitsForServer else {
            guard case .wait(let delay) = core.step else { return #expect(Bool(false), "\(core.step)") }
            #expect(delay >= row.failure.retryAfter ?? .seconds(15))
            return
        }
        #expect(core.step == .awaitServer)
        _ = core.handle(.serverAnswers(wasDown: true), using: &generator)
        guard case .wait(let delay) = core.step else { return #expect(Bool(false), "\(core.step)") }
        #expect(delay <= .milliseconds(200))
        _ = core.handle(.waited, using: &generator)
        guard case .watch("5", _) = core.step else { return #expect(Bool(false), "\(core.step)") }
        #expect(core.mustLook, "it may have been restored meanwhile")
        // It was only this resource: nothing is known of an outage, and the delays stay.
        _ = core.handle(.failed(Self.gone, after: .zero), using: &generator)
        guard case .wait(let pause) = core.step else { return #expect(Bool(false), "\(core.step)") }
        #expect(pause <= .milliseconds(200), "410 is an answer")
    }

    @Test("410 after each list → the first lists at once, then with delays that grow") func neverKept() {
        var core = Self.makeCore()
        var generator = SeededGenerator(seed: 9)
        var delays: [Duration] = []
        for _ in 0..<12 {
            _ = core.handle(Self.page([Namespace](), version: 5), using: &generator)
            _ = core.handle(.failed(Self.gone, after: .zero), using: &generator)
            guard case .wait(let delay) = core.step else { return #expect(Bool(false), "\(core.step)") }
            delays.append(delay)
            _ = core.handle(.waited, using: &generator)
            #expect(core.step == .list(continuing: nil, isPaged: true))
        }
        #expect(delays.prefix(Core.promptLists).allSatisfy { $0 <= .milliseconds(200) }, "\(delays)")
        #expect(delays.suffix(3).allSatisfy { $0 >= .seconds(15) }, "\(delays)")
    }

    @Test("watches that end at their time → one of 64 is followed by a look: about one an hour and process")
    func periodicLooks() {
        var core = Self.makeCore()
        var generator = SeededGenerator(seed: 11)
        _ = core.handle(Self.page([Namespace](), version: 5), using: &generator)
        var looks = 0
        let count = 64_000
        for _ in 0..<count {
            _ = core.handle(.ended(after: .seconds(400)), using: &generator)
            if core.mustLook {
                looks += 1
                _ = core.handle(.looked("5"), using: &generator)
            }
        }
        #expect((900...1100).contains(looks), "\(looks) of \(count)")
    }

    @Test("delays double up to the limit; lists do not shorten them, a watch that lives does") func backoff() {
        var core = Self.makeCore()
        var generator = SeededGenerator(seed: 3)
        var delays: [Duration] = []
        _ = core.handle(Self.page([Namespace](), version: 5), using: &generator)
        for _ in 0..<12 {
            _ = core.handle(.line(.error(Self.status)), using: &generator)
            guard case .wait(let delay) = core.step else { return #expect(Bool(false), "\(core.step)") }
            delays.append(delay)
            _ = core.handle(.waited, using: &generator)
            _ = core.handle(Self.page([Namespace](), version: 5), using: &generator)
        }
        #expect(delays[0] <= .milliseconds(500))
        #expect(delays.suffix(4).allSatisfy { $0 >= .seconds(15) && $0 <= .seconds(30) })
        _ = core.handle(.ended(after: .seconds(5)), using: &generator)
        guard case .watch = core.step else { return #expect(Bool(false), "a watch that lived is followed at once") }
        _ = core.handle(.ended(after: .zero), using: &generator)
        guard case .wait(let delay) = core.step else { return #expect(Bool(false), "one that did not live is not") }
        #expect(delay <= .milliseconds(500))
    }
}
