import AsyncHTTPClient
import FoundationEssentials
import KubernetesModel
import NIOCore
import Timing

extension KubernetesClient {
    /// Follows the objects of a resource until the task is cancelled; of an optional one, until the server does not have the
    /// kind any more. It does not fail: what goes wrong is told to the
    /// observer and tried again, more slowly from time to time.
    ///
    /// - Parameters:
    ///   - known: what was told of before, by another watch of the same kind.
    ///   - tell: is told one event after the other; while it works, nothing more is read.
    /// - Returns: what is known at the end. That the kind is gone is not told as a deletion of all.
    @discardableResult
    package func watch<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope = .init(), isOptional: Bool = false,
        known: Set<NamespacedName> = [], tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async -> Set<NamespacedName> {
        var core = WatchCore<Object>(isOptional: isOptional, known: known)
        while !Task.isCancelled {
            switch core.step {
            case .end:
                observer.tell(.watchEnded(resource: type.name))
                return core.names
            case .wait(let duration):
                do { try await Task.sleep(for: duration) } catch { return core.names }
                await handle(.waited, &core, type, tell)
            case .list(let token, let isPaged):
                let request = APIRequest.list(
                    type, scope, limit: isPaged ? KubernetesClient.page : nil, continuing: token)
                do throws(RequestFailure) {
                    await handle(.page(try decode(try await send(request, patience: .seconds(60)))), &core, type, tell)
                } catch {
                    await fail(error, .zero, &core, type, tell)
                }
            case .watch(let version, let seconds):
                await follow(.watch(type, scope, from: version, seconds: seconds), &core, type, tell)
            }
        }
        return core.names
    }

    /// Reads one watch to its end.
    private func follow<Object>(
        _ request: APIRequest, _ core: inout WatchCore<Object>, _ type: ResourceType<Object>,
        _ tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async {
        let begun = ContinuousClock.now
        var stands = false
        do throws(RequestFailure) {
            let response = try await begin(request, patience: .seconds(30))
            observer.tell(.watchStands(resource: type.name))
            stands = true
            var splitter = LineSplitter()
            var body = response.body.makeAsyncIterator()
            while let chunk = try await next(&body) {
                for octets in try splitter.append(chunk) {
                    let line: WatchLine<Object> = try decode(octets)
                    if case .error(let status) = line {
                        let message = "watch \(type.plural): \(status.message ?? "the API server ended it")"
                        observer.tell(.watchFailed(resource: type.name, message: message))
                    }
                    await handle(.line(line), &core, type, tell)
                    guard case .watch = core.step else { return }
                }
            }
            await handle(.ended(after: ContinuousClock.now - begun), &core, type, tell)
        } catch {
            let duration = ContinuousClock.now - begun
            guard stands, error.cause == .timeout, !Task.isCancelled else {
                return await fail(error, duration, &core, type, tell)
            }
            // Nothing came for too long. Where nothing changes, API servers send no bookmarks either, so that is no failure;
            // and if the connection is dead, the next watch brings what was missed.
            await handle(.ended(after: duration), &core, type, tell)
        }
    }

    private func next(_ body: inout HTTPClientResponse.Body.AsyncIterator) async throws(RequestFailure) -> ByteBuffer? {
        do { return try await body.next(isolation: #isolation) } catch { throw .transport(error, to: server) }
    }

    private func fail<Object>(
        _ failure: RequestFailure, _ duration: Duration, _ core: inout WatchCore<Object>,
        _ type: ResourceType<Object>, _ tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async {
        guard !Task.isCancelled else { return }
        observer.tell(.watchFailed(resource: type.name, message: failure.message))
        await handle(.failed(failure, after: duration), &core, type, tell)
    }

    private func handle<Object>(
        _ event: WatchCore<Object>.Event, _ core: inout WatchCore<Object>, _ type: ResourceType<Object>,
        _ tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async {
        var generator = SystemRandomNumberGenerator()
        for output in core.handle(event, using: &generator) {
            switch output {
            case .event(let event): await tell(event)
            case .unreadable(let item): report(item, type)
            case .cured(let name): observer.tell(.cured(resource: type.name, object: name.description))
            }
        }
    }
}
