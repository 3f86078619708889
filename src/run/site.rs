//! Where a stack is worked on: a world of its own, made from the one that the run is lent.

use crate::checkout::Checkout;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use trueup_diag::{Diagnostic, Diagnostics};
use trueup_engine::{
    Approval, BackendSettings, Given, LockOptions, NotOpened, Observer, Question, Session, SessionOptions,
    Unobserved, World, initialize_backend, install_modules, load,
};
use trueup_provider::Factory;
use trueup_stacks::{Place, Stack};
use trueup_value::{Name, Value};

/// The providers for a stack, by the directory that it keeps a local state in.
pub type FactoryOf = Arc<dyn Fn(&Path) -> Arc<dyn Factory> + Send + Sync>;

/// What the outside lends to all stacks.
#[derive(Clone)]
pub struct Ground {
    /// The outside. Directories, workspace, values and providers are each stack's own.
    pub world: World,
    /// Makes the providers.
    pub factory: FactoryOf,
    /// Where the trees of commits are written.
    pub temporary: PathBuf,
    /// Has somebody else listen besides to what happens, such as a log.
    pub listening: fn(Arc<dyn Observer>) -> Arc<dyn Observer>,
}

/// What inputs of stacks are called where a message names their source.
const INPUTS: &str = "the inputs of the stack";

/// One stack's place.
pub(crate) struct Site {
    world: World,
    listening: fn(Arc<dyn Observer>) -> Arc<dyn Observer>,
    /// Keeps the tree of a commit.
    checkout: Option<Checkout>,
}

/// The places of all stacks that were looked at, each made once.
pub(crate) struct Sites {
    root: PathBuf,
    ground: Ground,
    made: Mutex<BTreeMap<Name, Arc<tokio::sync::OnceCell<Arc<Site>>>>>,
    /// Who sets a directory up has it alone: stacks may share one.
    turns: Mutex<BTreeMap<PathBuf, Arc<tokio::sync::Mutex<()>>>>,
}

impl Sites {
    pub(crate) fn new(root: &Path, ground: Ground) -> Sites {
        Sites { root: root.to_owned(), ground, made: Mutex::default(), turns: Mutex::default() }
    }

    /// The outside, for what is about no stack.
    pub(crate) fn world(&self) -> &World {
        &self.ground.world
    }

    /// The place of a stack; that of another repository is fetched when it is asked for first.
    pub(crate) async fn of(&self, stack: &Stack) -> Result<Arc<Site>, Box<Diagnostic>> {
        let cell = {
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            made.entry(stack.name.clone()).or_default().clone()
        };
        cell.get_or_try_init(|| self.make(stack)).await.cloned()
    }

    async fn make(&self, stack: &Stack) -> Result<Arc<Site>, Box<Diagnostic>> {
        let checkout = match &stack.settings.place {
            Place::Directory(_) => None,
            Place::Git(address) => Some(self.fetch(address.clone()).await?),
        };
        let dir = match &stack.settings.place {
            Place::Directory(directory) => self.root.join(directory),
            Place::Git(_) => checkout.as_ref().map(|tree| tree.dir.clone()).unwrap_or_default(),
        };
        // What a stack of another repository keeps stays in this one.
        let kept = match &stack.settings.place {
            Place::Directory(_) => dir.clone(),
            Place::Git(_) => self.root.join(plain(&stack.name)),
        };
        let ground = &self.ground.world;
        let mut environment = ground.environment.clone();
        if let Some(workspace) = &stack.settings.workspace {
            Arc::make_mut(&mut environment).insert("TF_WORKSPACE".into(), workspace.clone());
        }
        let files = stack.settings.var_files.iter().map(|file| Given::File(self.seen_from(&dir, file)));
        let world = World {
            data_dir: self.data_dir(&dir, stack, checkout.is_some()),
            started_in: kept.clone(),
            taken_from: checkout.as_ref().map(Checkout::taken),
            given: ground.given.iter().cloned().chain(files).collect(),
            factory: (self.ground.factory)(&kept),
            state_dir: kept,
            environment,
            observer: Arc::new(Unobserved),
            // A repository within this one has commits of its own.
            tree: if self.is_of_this_tree(&dir) { ground.tree.clone() } else { Arc::default() },
            dir,
            ..ground.clone()
        };
        Ok(Arc::new(Site { world, listening: self.ground.listening, checkout }))
    }

    async fn fetch(&self, address: String) -> Result<Checkout, Box<Diagnostic>> {
        let (root, temporary) = (self.root.clone(), self.ground.temporary.clone());
        let random = self.ground.world.random.clone();
        let fetch = move || Checkout::take(&address, &[], &root, (&temporary, &random));
        tokio::task::spawn_blocking(fetch).await.expect("fetching doesn't panic")
    }

    /// `.terraform` in the stack's directory, or what `TF_DATA_DIR` says: an absolute one has a directory for each stack.
    fn data_dir(&self, dir: &Path, stack: &Stack, is_fetched: bool) -> PathBuf {
        let said = self.ground.world.environment.get("TF_DATA_DIR").filter(|said| !said.is_empty());
        match said.map(Path::new).filter(|_| !is_fetched) {
            Some(said) if said.is_absolute() => said.join(plain(&stack.name)),
            said => dir.join(said.unwrap_or(Path::new(".terraform"))),
        }
    }

    /// A path of the repository as it is called from a directory.
    fn seen_from(&self, dir: &Path, path: &str) -> String {
        let up = match dir.strip_prefix(&self.root) {
            Ok(inside) => "../".repeat(inside.components().count()),
            Err(_) => format!("{}/", self.root.display()),
        };
        format!("{up}{path}")
    }

    fn is_of_this_tree(&self, dir: &Path) -> bool {
        let below = dir.ancestors().take_while(|above| *above != self.root);
        dir.starts_with(&self.root) && !below.into_iter().any(|above| above.join(".git").exists())
    }

    /// Opens the state of a stack. Where nobody has run `init` yet, its modules are fetched and its backend is set up
    /// before; nothing that is there is left behind by that, or it is refused.
    pub(crate) async fn open(
        &self,
        site: &Site,
        world: &World,
        options: SessionOptions,
    ) -> Result<Session, NotOpened> {
        match Session::open(world, options.clone()).await {
            Err(refused) if refused.asks_for_init() => {}
            opened => return opened,
        }
        self.set_up(site, world).await?;
        Session::open(world, options).await
    }

    /// What `init` does, once at a time for a directory.
    pub(crate) async fn set_up(&self, site: &Site, world: &World) -> Result<(), NotOpened> {
        let turn = {
            let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            turns.entry(world.data_dir.clone()).or_default().clone()
        };
        let _alone = turn.lock().await;
        let lent = world.clone();
        let install = move || install_modules(&lent, false, &[]);
        let installed = tokio::task::spawn_blocking(install).await.expect("installing doesn't panic");
        installed.map_err(|(diagnostics, sources)| NotOpened { locked: false, sources, diagnostics })?;
        let mut loaded = load(world, None);
        if loaded.diagnostics.has_errors() || loaded.backend.has_errors() {
            // Whoever opens it says what is wrong.
            return Ok(());
        }
        let settings = BackendSettings {
            given: Vec::new(),
            // Nothing was noted of a commit's tree yet, and a state beside it is no concern of its backend.
            reconfigure: site.checkout.is_some(),
            migrate: false,
            locking: LockOptions { lock: true, timeout: Duration::ZERO },
        };
        let program = loaded.program.clone();
        let done = initialize_backend(world, &program, &settings, &mut loaded.sources, &NothingMoves).await;
        done.map(drop).map_err(|problem| NotOpened {
            locked: false,
            sources: loaded.sources,
            diagnostics: Diagnostics::from(*problem),
        })
    }
}

impl Site {
    /// The stack's world, with values for its inputs and somebody who watches.
    pub(crate) fn world(&self, inputs: &BTreeMap<Name, Value>, observer: Arc<dyn Observer>) -> World {
        let mut world = self.world.clone();
        world.given.extend(inputs.iter().map(|(name, value)| Given::Value {
            name: name.clone(),
            value: value.clone(),
            source: INPUTS.into(),
        }));
        World { observer: (self.listening)(observer), ..world }
    }
}

/// A stack's name as a path that leads down from where it is put, and is no other's.
pub(crate) fn plain(name: &str) -> PathBuf {
    let safe = |c: char| c.is_alphanumeric() || "-_.".contains(c);
    let part = |part: &str| -> String {
        if part.chars().all(|c| c == '.') {
            return if part.is_empty() { "%".into() } else { part.replace('.', "%2E") };
        }
        let mut bytes = [0; 4];
        let coded = |c: char| -> String {
            if safe(c) {
                return c.into();
            }
            c.encode_utf8(&mut bytes).bytes().map(|byte| format!("%{byte:02X}")).collect()
        };
        part.chars().map(coded).collect()
    };
    let path: PathBuf = name.split('/').map(part).collect();
    debug_assert!(path.components().all(|one| matches!(one, Component::Normal(_))), "{name} leads down");
    path
}

/// A backend is set up on its own only where no state has to be copied for it.
struct NothingMoves;

impl Approval for NothingMoves {
    fn approve(&self, _: &Question) -> Result<bool, Box<Diagnostic>> {
        let detail = "There is a state in the stack's directory, and its configuration has a backend that was not set up yet: somebody has to say whether the state goes there.";
        let refused = Diagnostic::error("Backend initialization required", detail);
        Err(Box::new(refused.hint("run \"trueup init\" in the directory of the stack")))
    }

    fn tell(&self, _: &str) {}

    fn warn(&self, _: Diagnostic) {}
}

#[cfg(test)]
mod tests {
    use super::plain;
    use std::collections::BTreeSet;

    #[test]
    fn names_are_paths_that_lead_down() {
        let check = |name: &str, wanted: &str| assert_eq!(plain(name).to_string_lossy(), wanted, "{name}");
        check("app", "app");
        check("live/app", "live/app");
        check(".", "%2E");
        check("../x", "%2E%2E/x");
        check("/etc", "%/etc");
        check("a b%", "a%20b%25");
        check("ä-1", "ä-1");
        let names = ["a/b", "a//b", "a%2Fb", "a.b", "%", ""];
        assert_eq!(names.iter().map(|name| plain(name)).collect::<BTreeSet<_>>().len(), names.len());
    }
}
