import KubernetesModel
import Timing

/// Decides how a set of objects is followed: when to list, when to watch and from where, how long to wait, and what of
/// all that the API server says is news.
///
/// Do what ``step`` says, tell ``handle(_:using:)`` what came of it, and pass on what it answers. Of each object only
/// its name, uid and resourceVersion are kept: enough to tell a difference after a list had to be read again.
struct WatchCore<Object: KubernetesObject & Codable & Sendable>: Sendable {
    /// What is to be done now.
    enum Step: Hashable, Sendable {
        /// A page of a list; `isPaged` false: the whole list in one answer.
        case list(continuing: String?, isPaged: Bool)
        /// From this resourceVersion on, for so many seconds.
        case watch(resourceVersion: String, seconds: Int)
        case wait(Duration)
        /// Nothing more: the server does not have the kind any more.
        case end
    }

    enum Event: Sendable {
        case page(ListPage<Object>)
        case line(WatchLine<Object>)
        /// The list or the watch failed. `after`: how long the watch had lasted; nothing for a list.
        case failed(RequestFailure, after: Duration)
        /// The server ended the watch as it should.
        case ended(after: Duration)
        case waited
    }

    enum Output: Sendable {
        case event(WatchEvent<Object>)
        case unreadable(LenientObject<Object>)
        /// It was unreadable, and is well again, or gone.
        case cured(NamespacedName)
    }

    /// A watch that lasted so long was a success, after which delays begin anew.
    static var success: Duration { .seconds(5) }
    /// How long the server is asked to keep a watch open. Spread, so that not all watches of all nodes end at once.
    static var seconds: ClosedRange<Int> { 300...600 }

    private(set) var step: Step = .list(continuing: nil, isPaged: true)
    private(set) var isReady = false

    private struct Version: Hashable, Sendable {
        var uid: String? = nil
        var resourceVersion: String? = nil
    }

    private var known: [NamespacedName: Version] = [:]
    /// What could not be read when it was last seen.
    private var unreadable: Set<NamespacedName> = []
    /// What the list that is being read has named.
    private var listed: Set<NamespacedName> = []
    /// Whether that list holds an object without a readable name. Then nothing can be said to be absent from it.
    private var listHasNameless = false
    private var isPaged = true
    /// From where a watch goes on.
    private var resourceVersion = ""
    private var afterWait: Step = .list(continuing: nil, isPaged: true)
    private var backoff = Backoff(first: .milliseconds(500), limit: .seconds(30), jitter: 0.5)
    /// How many lists in a row showed an older state than is known.
    private var staleLists = 0
    /// So many are not believed. After more of them, in a minute or two, the state was set back, as from a backup.
    static var staleListsRefused: Int { 8 }

    /// Whether the kind need not be there.
    private let isOptional: Bool

    /// - Parameter known: what was told of before, by another watch of the same kind.
    init(isOptional: Bool = false, known: Set<NamespacedName> = []) {
        self.isOptional = isOptional
        self.known = Dictionary(uniqueKeysWithValues: known.map { ($0, Version()) })
        isReady = !known.isEmpty
    }

    /// What has been told of and is not gone.
    var names: Set<NamespacedName> { Set(known.keys) }

    mutating func handle(_ event: Event, using generator: inout some RandomNumberGenerator) -> [Output] {
        var outputs: [Output] = []
        switch event {
        case .page(let page): read(page, &outputs, &generator)
        case .line(let line): read(line, &outputs, &generator)
        case .failed(let failure, _) where failure.isNotFound && isOptional && isListing: step = .end
        case .failed(let failure, let duration): fail(failure, after: duration, &generator)
        case .ended(let duration):
            if duration >= WatchCore.success {
                backoff.reset()
                step = nextWatch(&generator)
            } else {
                wait(then: nextWatch(&generator), &generator)
            }
        case .waited: if case .wait = step { step = afterWait }
        }
        return outputs
    }
}

// MARK: - Lists

extension WatchCore {
    private mutating func read(
        _ page: ListPage<Object>, _ outputs: inout [Output], _ generator: inout some RandomNumberGenerator
    ) {
        guard !isStale(page) else {
            staleLists += 1
            return wait(then: beginList(isPaged: isPaged), &generator)
        }
        for item in page.items {
            if let object = item.object {
                listed.insert(ListedName.of(object))
                apply(object, &outputs)
            } else {
                // Its last form, if there was one, is not taken for gone.
                if let name = item.name { listed.insert(name) } else { listHasNameless = true }
                leaveOut(item, &outputs)
            }
        }
        if let token = page.metadata.continue, !token.isEmpty {
            step = .list(continuing: token, isPaged: true)
            return
        }
        if !listHasNameless {
            for name in known.keys.filter({ !listed.contains($0) }).sorted() {
                known[name] = nil
                outputs.append(.event(.deleted(name)))
            }
            for name in unreadable.subtracting(listed).sorted() { cure(name, &outputs) }
        }
        staleLists = 0
        resourceVersion = page.metadata.resourceVersion ?? ""
        if !isReady {
            isReady = true
            outputs.append(.event(.ready))
        }
        _ = beginList(isPaged: true)
        step = nextWatch(&generator)
    }

    /// Whether a list shows an older state than was told already, by a server that lags behind the others: what is new since
    /// would seem to be gone. Versions of one resource are numbers that grow, where a server says them as numbers.
    private func isStale(_ page: ListPage<Object>) -> Bool {
        guard isReady, staleLists < WatchCore.staleListsRefused, case .list(continuing: nil, _) = step,
            let version = page.metadata.resourceVersion.flatMap({ UInt64($0) }), let last = UInt64(resourceVersion)
        else { return false }
        return version < last
    }

    private mutating func beginList(isPaged: Bool) -> Step {
        listed = []
        listHasNameless = false
        self.isPaged = isPaged
        return .list(continuing: nil, isPaged: isPaged)
    }
}

// MARK: - Watches

extension WatchCore {
    private func nextWatch(_ generator: inout some RandomNumberGenerator) -> Step {
        .watch(resourceVersion: resourceVersion, seconds: Int.random(in: WatchCore.seconds, using: &generator))
    }

    private mutating func read(
        _ line: WatchLine<Object>, _ outputs: inout [Output], _ generator: inout some RandomNumberGenerator
    ) {
        switch line {
        case .added(let item), .modified(let item):
            advance(to: item.metadata?.resourceVersion)
            if let object = item.object { apply(object, &outputs) } else { leaveOut(item, &outputs) }
        case .deleted(let item):
            advance(to: item.metadata?.resourceVersion)
            guard let name = item.name else { return leaveOut(item, &outputs) }
            cure(name, &outputs)
            if known.removeValue(forKey: name) != nil { outputs.append(.event(.deleted(name))) }
        case .bookmark(let version): advance(to: version)
        case .error:
            // Whatever it is, going on from the same place could meet it again. A list tells only what differs.
            wait(then: beginList(isPaged: true), &generator)
        case .other: break
        }
    }

    private mutating func advance(to version: String?) {
        guard let version, !version.isEmpty, version != resourceVersion else { return }
        resourceVersion = version
        backoff.reset()
    }

    private mutating func apply(_ object: Object, _ outputs: inout [Output]) {
        let name = ListedName.of(object)
        cure(name, &outputs)
        let version = Version(uid: object.metadata.uid, resourceVersion: object.metadata.resourceVersion)
        let last = known.updateValue(version, forKey: name)
        // An object without a resourceVersion can only be taken for changed.
        guard last != version || version.resourceVersion == nil else { return }
        // Before all is said, an object that was said already can only have changed.
        outputs.append(.event(isReady || last != nil ? .applied(object) : .initial(object)))
    }
}

// MARK: - Objects that cannot be read

extension WatchCore {
    private mutating func leaveOut(_ item: LenientObject<Object>, _ outputs: inout [Output]) {
        if let name = item.name { unreadable.insert(name) }
        outputs.append(.unreadable(item))
    }

    private mutating func cure(_ name: NamespacedName, _ outputs: inout [Output]) {
        if !unreadable.isEmpty, unreadable.remove(name) != nil { outputs.append(.cured(name)) }
    }
}

// MARK: - Failures

extension WatchCore {
    private mutating func fail(
        _ failure: RequestFailure, after duration: Duration, _ generator: inout some RandomNumberGenerator
    ) {
        if duration >= WatchCore.success { backoff.reset() }
        let next: Step
        switch step {
        case .wait, .end: return
        case .list(let token, _):
            // Its pages took longer than the server keeps the state that they show. One answer cannot.
            let expired = failure.isExpired && token != nil
            next = beginList(isPaged: isPaged && !expired)
        case .watch:
            // An event that cannot be understood would come again from the same place. And what has no watch may have no
            // list either.
            next =
                failure.isExpired || failure.cause == .answer || failure.isNotFound
                ? beginList(isPaged: true) : nextWatch(&generator)
        }
        wait(atLeast: failure.retryAfter ?? .zero, then: next, &generator)
    }

    private var isListing: Bool { if case .list = step { true } else { false } }

    private mutating func wait(
        atLeast minimum: Duration = .zero, then next: Step, _ generator: inout some RandomNumberGenerator
    ) {
        afterWait = next
        step = .wait(max(minimum, backoff.next(using: &generator)))
    }
}
