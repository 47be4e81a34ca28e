import AsyncHTTPClient
import FoundationEssentials
import KubernetesAPI
import KubernetesModel
import NIOCore
import Timing

extension KubernetesClient {
    /// Follows the objects of a resource until the task is cancelled; of an optional one, until the server does not have the
    /// kind any more. It does not fail: what goes wrong is reported to the observer and tried again, with growing delays, or
    /// as soon as the server answers again.
    ///
    /// - Parameters:
    ///   - known: what was reported before, by another watch of the same kind.
    ///   - tell: called with one event after the other; while it works, nothing more is read.
    /// - Returns: what is known at the end. A removed kind is not reported as a deletion of all.
    @discardableResult
    package func watch<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope = .init(), isOptional: Bool = false,
        known: Set<NamespacedName> = [], tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async -> Set<NamespacedName> {
        var core = WatchCore<Object>(isOptional: isOptional, known: known)
        var setBacks = self.setBacks
        while !Task.isCancelled {
            if setBacks != self.setBacks {
                setBacks = self.setBacks
                core.suspect()
            }
            switch core.step {
            case .end:
                observer.tell(.watchEnded(resource: type.name))
                return core.names
            case .wait(let duration):
                do { try await Task.sleep(for: duration) } catch { return core.names }
                await handle(.waited, &core, type, tell)
            case .awaitServer:
                guard let wasDown = await untilServerAnswers() else { return core.names }
                await handle(.serverAnswers(wasDown: wasDown), &core, type, tell)
            case .look:
                do throws(RequestFailure) {
                    await handle(.looked(try await newestVersion(type, scope)), &core, type, tell)
                } catch {
                    await fail(error, .zero, &core, type, tell)
                }
            case .list(let token, let isPaged):
                let request = APIRequest.list(
                    type, scope, limit: isPaged ? KubernetesClient.page : nil, continuing: token)
                do throws(RequestFailure) {
                    await handle(.page(try decode(try await send(request, patience: .seconds(60)))), &core, type, tell)
                } catch {
                    await fail(error, .zero, &core, type, tell)
                }
            case .watch(let version, let seconds):
                await follow(.watch(type, scope, from: version, seconds: seconds), scope, &core, type, tell)
            }
        }
        return core.names
    }

    /// The newest resourceVersion that the server has of a resource, by a list of one object.
    private func newestVersion<Object>(
        _ type: ResourceType<Object>, _ scope: APIRequest.Scope
    ) async throws(RequestFailure) -> String? {
        let page: ListPage<Object> = try decode(try await send(.list(type, scope, limit: 1)))
        return page.metadata.resourceVersion
    }

    /// Reads one watch to its end.
    private func follow<Object>(
        _ request: APIRequest, _ scope: APIRequest.Scope, _ core: inout WatchCore<Object>,
        _ type: ResourceType<Object>, _ tell: @Sendable (WatchEvent<Object>) async -> Void
    ) async {
        let begun = ContinuousClock.now
        var stands = false
        do throws(RequestFailure) {
            let response = try await begin(request, patience: .seconds(30))
            observer.tell(.watchStands(resource: type.name))
            stands = true
            // What the watch tells meanwhile is read afterwards. A look that fails is made again at the next opportunity.
            if core.mustLook, let version = try? await newestVersion(type, scope) {
                await handle(.looked(version), &core, type, tell)
                guard case .watch = core.step else { return }
            }
            var splitter = LineSplitter()
            var body = response.body.makeAsyncIterator()
            while let chunk = try await next(&body) {
                for data in try splitter.append(chunk) {
                    let line: WatchLine<Object> = try decode(data)
                    if case .error(let status) = line {
                        let message = "watch \(type.plural): \(status.message ?? "the API server closed it")"
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
            // Nothing came, not even the end that was asked for: a proxy on the way may have lost the server. That is no
            // failure of the server, and the next watch brings what was missed.
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
            case .setBack(let from, let to): noteSetBack(resource: type.name, from: from, to: to)
            }
        }
    }
}
