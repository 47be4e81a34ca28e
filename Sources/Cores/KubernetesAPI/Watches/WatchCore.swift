import KubernetesModel
import Timing

/// Decides how a set of objects is followed: when to list, when to watch and from where, how long to wait, and what of
/// all that the API server says is news.
///
/// Do what ``step`` says, tell ``handle(_:using:)`` what came of it, and pass on what it answers. Of each object only
/// its name, uid and resourceVersion are kept: enough to tell a difference after a list had to be read again.
package struct WatchCore<Object: KubernetesObject & Codable & Sendable>: Sendable {
    /// What is to be done now.
    package enum Step: Hashable, Sendable {
        /// A page of a list; `isPaged` false: the whole list in one answer.
        case list(continuing: String?, isPaged: Bool)
        /// From this resourceVersion on, for so many seconds. If ``WatchCore/mustLook``, look as soon as the watch is open.
        case watch(resourceVersion: String, seconds: Int)
        /// List one object, for the resourceVersion that comes with it: the newest that the server has.
        case look
        case wait(Duration)
        /// Wait until the server answers. No back-off: one that grew during an outage would outlive it.
        case awaitServer
        /// Nothing more: the server does not have the kind any more.
        case end
    }

    package enum Event: Sendable {
        case page(ListPage<Object>)
        case line(WatchLine<Object>)
        /// The resourceVersion of a list of one object.
        case looked(String?)
        /// The list or the watch failed. `after`: how long the watch had lasted; nothing for a list.
        case failed(RequestFailure, after: Duration)
        /// The server ended the watch as it should.
        case ended(after: Duration)
        case waited
        /// The server answers. `wasDown`: it did not when it was first asked.
        case serverAnswers(wasDown: Bool)
    }

    package enum Output: Sendable {
        case event(WatchEvent<Object>)
        case unreadable(LenientObject<Object>)
        /// It was unreadable, and is well again, or gone.
        case cured(NamespacedName)
        /// The server's state is older than the known one, permanently: as after a restored backup of etcd. What follows is
        /// reported from a list again, every object of it.
        case setBack(from: String, to: String)
    }

    /// A watch that lasted so long was a success, after which delays start again from the first.
    package static var success: Duration { .seconds(5) }
    /// How long the server is asked to keep a watch open. Spread, so that not all watches of all nodes end at once.
    package static var seconds: ClosedRange<Int> { 300...600 }
    /// The pause before a list that is to be made at once: spread, for the sake of a server that has just started.
    package static var shortPause: ClosedRange<Duration> { .zero ... .milliseconds(200) }
    /// So many lists in a row are made at once because the server does not keep a resourceVersion. Then delays grow: it may
    /// never keep one.
    package static var promptLists: Int { 2 }
    /// So many answers in a row that are older than the known state are rejected: another of several servers may lag.
    package static var olderAnswersRejected: Int { 8 }
    /// The pause between them: a server that lags has several seconds to catch up.
    package static var lookPause: ClosedRange<Duration> { .milliseconds(500) ... .seconds(1) }
    /// One of so many watches that end at their appointed time is followed by a look. With 6 to 10 watches of a process,
    /// and 300 to 600 s each: about one an hour.
    package static var looksOnceIn: Int { 64 }
    /// The same of watches that end otherwise.
    package static var looksOnceInFailures: Int { 8 }

    package private(set) var step: Step = .list(continuing: nil, isPaged: true)
    package private(set) var isReady = false
    /// Whether the next watch is to be accompanied by a look. A watch from a resourceVersion that the server does not have
    /// yet stays open and sends nothing, so only a look shows that the server's state went backwards.
    package private(set) var mustLook = false

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
    /// How many lists in a row were made because the server did not keep a resourceVersion.
    private var expiries = 0
    /// How many answers in a row were older than the known state.
    private var olderAnswers = 0
    /// Whether all is listed after ``Step/look`` although the server is where it should be.
    private var listsAfterLook = false
    /// Whether the next list is believed, however old it is.
    private var believesOlder = false

    /// Whether the kind need not be there.
    private let isOptional: Bool

    /// - Parameter known: what was reported before, by another watch of the same kind.
    package init(isOptional: Bool = false, known: Set<NamespacedName> = []) {
        self.isOptional = isOptional
        self.known = Dictionary(uniqueKeysWithValues: known.map { ($0, Version()) })
        isReady = !known.isEmpty
    }

    /// The reported objects that still exist.
    package var names: Set<NamespacedName> { Set(known.keys) }

    /// Another watch has found the server's state set back: this one looks at its next opportunity.
    package mutating func suspect() { mustLook = isReady }

    package mutating func handle(_ event: Event, using generator: inout some RandomNumberGenerator) -> [Output] {
        var outputs: [Output] = []
        switch event {
        case .page(let page): read(page, &outputs, &generator)
        case .line(let line): read(line, &outputs, &generator)
        case .looked(let version): look(at: version, &outputs, &generator)
        case .failed(let failure, _) where failure.isNotFound && isOptional && isListing: step = .end
        case .failed(let failure, let duration): fail(failure, after: duration, &generator)
        case .ended(let duration):
            let isEarly = duration < .seconds(WatchCore.seconds.lowerBound)
            lookSometimes(isEarly ? WatchCore.looksOnceInFailures : WatchCore.looksOnceIn, &generator)
            if duration >= WatchCore.success {
                succeed()
                step = nextWatch(&generator)
            } else {
                wait(then: nextWatch(&generator), &generator)
            }
        case .waited: if case .wait = step { step = afterWait }
        case .serverAnswers(let wasDown):
            guard step == .awaitServer else { break }
            guard wasDown else {
                // It is well, and only this request failed.
                step = .wait(backoff.next(using: &generator))
                break
            }
            // etcd may have been restored meanwhile: that needs every API server stopped.
            mustLook = isReady
            succeed()
            step = .wait(.random(in: WatchCore.shortPause, using: &generator))
        }
        return outputs
    }

    private mutating func succeed() {
        backoff.reset()
        expiries = 0
    }
}

// MARK: - Lists

extension WatchCore {
    private mutating func read(
        _ page: ListPage<Object>, _ outputs: inout [Output], _ generator: inout some RandomNumberGenerator
    ) {
        if isReady, !believesOlder, case .list(continuing: nil, _) = step, isOlder(page.metadata.resourceVersion) {
            return reject(listsAfterLook: true, &generator)
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
        olderAnswers = 0
        believesOlder = false
        mustLook = false
        resourceVersion = page.metadata.resourceVersion ?? ""
        if !isReady {
            isReady = true
            outputs.append(.event(.ready))
        }
        _ = beginList(isPaged: true)
        step = nextWatch(&generator)
    }

    private mutating func beginList(isPaged: Bool) -> Step {
        listed = []
        listHasNameless = false
        self.isPaged = isPaged
        return .list(continuing: nil, isPaged: isPaged)
    }

    /// The server does not keep the resourceVersion that was asked for. That is an answer: it is well, and a list is all
    /// that is missing.
    private mutating func listSoon(isPaged: Bool, _ generator: inout some RandomNumberGenerator) {
        expiries += 1
        guard expiries <= WatchCore.promptLists else { return wait(then: beginList(isPaged: isPaged), &generator) }
        afterWait = beginList(isPaged: isPaged)
        step = .wait(.random(in: WatchCore.shortPause, using: &generator))
    }
}

// MARK: - A state that was set back

extension WatchCore {
    /// Whether a resourceVersion is smaller than the known one. Those of one resource are numbers that grow; where a server
    /// writes something else, nothing can be said.
    private func isOlder(_ version: String?) -> Bool {
        guard let version = version.flatMap({ UInt64($0) }), let last = UInt64(resourceVersion) else { return false }
        return version < last
    }

    private mutating func lookSometimes(_ once: Int, _ generator: inout some RandomNumberGenerator) {
        if Int.random(in: 0..<once, using: &generator) == 0 { mustLook = isReady }
    }

    /// An answer is older than the known state. A list without resourceVersion is the newest state, so this is one of
    /// several servers that lags, or etcd was restored from a backup. Only the latter lasts, so it is asked again, cheaply.
    private mutating func reject(listsAfterLook: Bool, _ generator: inout some RandomNumberGenerator) {
        olderAnswers += 1
        self.listsAfterLook = listsAfterLook
        afterWait = .look
        step = .wait(.random(in: WatchCore.lookPause, using: &generator))
    }

    private mutating func look(
        at version: String?, _ outputs: inout [Output], _ generator: inout some RandomNumberGenerator
    ) {
        mustLook = false
        switch step {
        // Next to an open watch.
        case .watch: if isOlder(version) { reject(listsAfterLook: false, &generator) }
        case .look:
            guard isOlder(version) else {
                olderAnswers = 0
                step = listsAfterLook ? beginList(isPaged: true) : nextWatch(&generator)
                return
            }
            guard olderAnswers >= WatchCore.olderAnswersRejected else {
                return reject(listsAfterLook: listsAfterLook, &generator)
            }
            outputs.append(.setBack(from: resourceVersion, to: version ?? ""))
            believesOlder = true
            // The numbers are given out again: an equal one says nothing.
            for name in known.keys { known[name] = Version() }
            succeed()
            step = beginList(isPaged: true)
        case .list, .wait, .awaitServer, .end: break
        }
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
            guard !isOlder(item.metadata?.resourceVersion) else { return distrust(isEvent: true, &generator) }
            advance(to: item.metadata?.resourceVersion)
            if let object = item.object { apply(object, &outputs) } else { leaveOut(item, &outputs) }
        case .deleted(let item):
            let version = item.metadata?.resourceVersion
            let uid = item.name.flatMap { known[$0]?.uid }
            // The deletion of what is known is final, with any resourceVersion.
            let isFinal = uid != nil && uid == item.metadata?.uid
            guard isFinal || !isOlder(version) else { return distrust(isEvent: true, &generator) }
            if !isOlder(version) { advance(to: version) }
            guard let name = item.name else { return leaveOut(item, &outputs) }
            cure(name, &outputs)
            if known.removeValue(forKey: name) != nil { outputs.append(.event(.deleted(name))) }
        case .bookmark(let version):
            guard !isOlder(version) else { return distrust(isEvent: false, &generator) }
            advance(to: version)
        case .error(let status) where status.isExpired: listSoon(isPaged: true, &generator)
        case .error:
            // In any case, continuing from the same version could meet it again. A list reports only differences.
            wait(then: beginList(isPaged: true), &generator)
        case .other: break
        }
    }

    /// A watch tells of an older state than it began from. Nothing is taken from it before a look has shown why.
    private mutating func distrust(isEvent: Bool, _ generator: inout some RandomNumberGenerator) {
        listsAfterLook = isEvent
        wait(then: .look, &generator)
    }

    private mutating func advance(to version: String?) {
        guard let version, !version.isEmpty, version != resourceVersion else { return }
        resourceVersion = version
        succeed()
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
        if duration >= WatchCore.success { succeed() }
        let next: Step
        switch step {
        case .wait, .awaitServer, .end: return
        case .list(let token, _):
            // Its pages took longer than the server keeps the state that they show. One answer cannot.
            let expired = failure.isExpired && token != nil
            if expired { return listSoon(isPaged: false, &generator) }
            next = beginList(isPaged: isPaged)
        case .look:
            next = failure.isExpired || failure.isNotFound ? beginList(isPaged: true) : .look
        case .watch:
            if failure.isExpired { return listSoon(isPaged: true, &generator) }
            lookSometimes(WatchCore.looksOnceInFailures, &generator)
            // An event that cannot be understood would come again from the same place. And what has no watch may have no
            // list either.
            next = failure.cause == .answer || failure.isNotFound ? beginList(isPaged: true) : nextWatch(&generator)
        }
        guard failure.retryAfter == nil, failure.mayBeOutage else {
            return wait(atLeast: failure.retryAfter ?? .zero, then: next, &generator)
        }
        afterWait = next
        step = .awaitServer
    }

    private var isListing: Bool { if case .list = step { true } else { false } }

    private mutating func wait(
        atLeast minimum: Duration = .zero, then next: Step, _ generator: inout some RandomNumberGenerator
    ) {
        afterWait = next
        step = .wait(max(minimum, backoff.next(using: &generator)))
    }
}
