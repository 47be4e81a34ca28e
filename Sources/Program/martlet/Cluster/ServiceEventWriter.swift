import ClusterDecisions
import KubernetesAPI
import KubernetesClient
import KubernetesModel
import Presentation
import ServiceLifecycle
import Speaker
import SystemIO
import Timing

/// Writes what a speaker's history has to tell about Services as Kubernetes Events (``ServiceNews``), one at a time.
struct ServiceEventWriter: ServiceLifecycle.Service {
    /// How many wait while the API server is slow or gone. Of more, the oldest are dropped.
    static let backlog = 256

    let recorder: EventRecorder
    let source: ClusterSource
    let history: AsyncStream<EventEntry>
    /// What the node's `Speaker` object said of its last process.
    let inherited: Task<Set<ServiceNews.Subject>, Never>

    func run() async throws { await cancelWhenGracefulShutdown { await write() } }

    private func write() async {
        var news = ServiceNews(inherited: await inherited.value)
        for await event in history {
            for var note in news.notes(of: event, at: UptimeClock.now) {
                // `kubectl describe` finds the Events of an object by its UID.
                note.uid = await source.view()?[note.service]?.metadata.uid
                await recorder.record(note)
            }
        }
    }
}
