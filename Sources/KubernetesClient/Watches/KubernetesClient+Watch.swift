import AsyncHTTPClient
import FoundationEssentials
import KubernetesModel
import NIOCore
import Timing

extension KubernetesClient {
    /// Follows the objects of a resource until the task is cancelled. It does not fail: what goes wrong is told to the
    /// observer and tried again, more slowly from time to time.
    ///
    /// - Parameter tell: is told one event after the other; while it works, nothing more is read.
    package func watch<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope = .init(),
        tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async {
        var ledger = WatchLedger()
        var backoff = Backoff(first: .milliseconds(500), limit: .seconds(30), jitter: 0.5)
        var generator = SystemRandomNumberGenerator()
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            do throws(RequestFailure) {
                if ledger.resourceVersion == nil {
                    try await list(type, scope, &ledger, tell: tell)
                    observer.tell(.watchStands(resource: type.plural))
                }
                // Spread, so that not all watches of all nodes end at once.
                let seconds = Int.random(in: 300...600, using: &generator)
                try await follow(type, scope, seconds: seconds, &ledger, tell: tell)
                // At its appointed end a watch goes on where it was; one that ends at once is no use.
                if ContinuousClock.now - begun > .seconds(5) {
                    backoff.reset()
                    continue
                }
                if !Task.isCancelled { try? await Task.sleep(for: backoff.next(using: &generator)) }
            } catch {
                guard !Task.isCancelled else { return }
                if error.isExpired { ledger.expire() }
                observer.tell(.watchFailed(resource: type.plural, message: error.message))
                if ContinuousClock.now - begun > .seconds(30) { backoff.reset() }
                let delay = backoff.next(using: &generator)
                // That something is expired is no trouble of the server's: a list cures it at once.
                if error.isExpired, backoff.attempts == 1 { continue }
                try? await Task.sleep(for: max(delay, error.retryAfter ?? .zero))
            }
        }
    }

    private func list<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope, _ ledger: inout WatchLedger,
        tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async throws(RequestFailure) {
        ledger.beginList()
        var token: String?
        var version: String?
        repeat {
            let request = APIRequest.list(type, scope, limit: KubernetesClient.page, continuing: token)
            let page: ListPage<Object> = try decode(try await send(request, patience: .seconds(60)))
            version = page.metadata.resourceVersion
            for item in page.items {
                if let object = item.object {
                    if let event = ledger.list(object) { await tell(event) }
                } else {
                    if let metadata = item.metadata {
                        ledger.listUnreadable(
                            NamespacedName(
                                namespace: metadata.namespace ?? Object.defaultNamespace, name: metadata.name))
                    }
                    report(item, type)
                }
            }
            token = page.metadata.continue.flatMap { $0.isEmpty ? nil : $0 }
        } while token != nil
        let (gone, isFirst) = ledger.endList(at: version)
        for name in gone { await tell(.deleted(name)) }
        if isFirst { await tell(.ready) }
    }

    private func follow<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope, seconds: Int, _ ledger: inout WatchLedger,
        tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async throws(RequestFailure) {
        let response = try await begin(
            .watch(type, scope, from: ledger.resourceVersion ?? "0", seconds: seconds))
        var splitter = LineSplitter()
        var body = response.body.makeAsyncIterator()
        while true {
            let chunk: ByteBuffer?
            do { chunk = try await body.next() } catch { throw RequestFailure.transport(error, to: server) }
            guard let chunk else { return }
            for line in try splitter.append(chunk) {
                let line: WatchLine<Object> = try decode(line)
                try await take(line, type, &ledger, tell: tell)
            }
        }
    }

    private func take<Object>(
        _ line: WatchLine<Object>, _ type: ResourceType<Object>, _ ledger: inout WatchLedger,
        tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async throws(RequestFailure) {
        switch line {
        case .added(let item), .modified(let item):
            guard let object = item.object else {
                ledger.advance(to: item.metadata?.resourceVersion)
                return report(item, type)
            }
            if let event = ledger.apply(object) { await tell(event) }
        case .deleted(let item):
            guard let metadata = item.metadata else { return report(item, type) }
            let name = NamespacedName(
                namespace: metadata.namespace ?? Object.defaultNamespace, name: metadata.name)
            if ledger.delete(name, at: metadata.resourceVersion) { await tell(.deleted(name)) }
        case .bookmark(let resourceVersion): ledger.advance(to: resourceVersion)
        case .error(let status):
            throw RequestFailure(
                .status(status.code ?? 500, reason: status.reason),
                "watch \(type.plural): \(status.message ?? "the API server ended it")",
                retryAfter: status.details?.retryAfterSeconds.map { .seconds(min(max($0, 0), 300)) })
        case .other: break
        }
    }
}
