//! A smart HTTP Git server on the loopback interface.

use std::path::Path;
use std::sync::Arc;
use trueup_loopback::GitServer;

/// Serves every repository below `root` and returns the base URL, such as `http://127.0.0.1:40000`.
///
/// The server's thread ends with the process.
pub(crate) fn serve(root: &Path) -> String {
    let (sender, receiver) = std::sync::mpsc::channel();
    let root = root.to_owned();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            trueup_loopback::serve(|url| {
                sender.send(url).expect("somebody waits");
                Arc::new(GitServer { root, takes: true })
            })
            .await;
            std::future::pending::<()>().await;
        });
    });
    receiver.recv().expect("it listens")
}
