import ClusterDecisions
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Logging

/// Writes the statuses that a leading controller decided, and gives the loop the result of each.
struct StatusWriter: Sendable {
    /// The owner of the written fields, in the terms of server-side apply.
    static let manager = "martlet-controller"

    let client: KubernetesClient
    let logger: Logger
    let input: AsyncStream<LeadingLoop.Input>.Continuation

    func write(_ patch: ServicePatch) async {
        let key = WriteKey.service(patch.service)
        do throws(RequestFailure) {
            let service = try await client.patch(
                .services, patch.service, subresource: "status", manager: StatusWriter.manager,
                body: PatchBody.of(patch))
            input.yield(.event(.finished(key, .done(service))))
        } catch {
            fail(key, error, "\(patch.service)")
        }
    }

    func write(_ patch: ConfigurationPatch) async {
        let key = WriteKey.configuration(patch.key)
        let request = APIRequest(
            .patch, verb: "patch", resource: "\(patch.key.plural)/status",
            path: patch.key.path(version: patch.version) + "/status",
            query: [.init("fieldManager", StatusWriter.manager)], contentType: APIRequest.Patch.merge.rawValue,
            body: PatchBody.of(patch))
        do throws(RequestFailure) {
            try await client.send(request)
            input.yield(.event(.finished(key, .done(nil))))
        } catch {
            fail(key, error, "\(patch.key.kind) \(patch.key.name)")
        }
    }

    /// Returns when the API server answers.
    func waitForServer() async {
        guard let wasDown = await client.untilServerAnswers() else { return }
        input.yield(.serverAnswers(wasDown: wasDown))
    }

    private func fail(_ key: WriteKey, _ failure: RequestFailure, _ object: String) {
        input.yield(.event(.finished(key, outcome(of: failure, object))))
        if failure.mayBeOutage { input.yield(.unanswered) }
    }

    private func outcome(of failure: RequestFailure, _ object: String) -> WriteOutcome {
        if failure.isConflict { return .conflict }
        if failure.isNotFound { return .gone }
        logger.warning("cannot write the status of \(object): \(failure.message)")
        guard !failure.isFinal else { return .refused(failure.message) }
        return .failed(failure.message, pause: failure.retryAfter)
    }
}
