//! The folder that the gateway serves, `frontend/dist`, from its parts. Compiles nothing.
//!
//! | in | out |
//! | --- | --- |
//! | wasm-bindgen's JavaScript, its snippets and the optimised WASM in parts | `static/{hash}/…`, with a `start.js` that starts them and an `early.js` for the first paint |
//! | `parts.txt`, which says which part needs which files | inside `early.js` |
//! | `assets/styles/*.css`, joined in the order of their names | `static/{hash}/app.css`, `panels.css` and `narrow.css` |
//! | `assets/fonts/**`, `assets/icons/**`, `assets/app.webmanifest` | `fonts/**`, `icons/**`, `app.webmanifest`, names unchanged |
//! | `assets/admin/**` | `admin/**`, names unchanged; in its `index.html` the line `<!-- boardwalk:styles -->` replaced by the tags of the styles |
//! | `frontend/service-worker.js` | `service-worker.js`, its line `/* boardwalk:files */` replaced by the names of what a page needs, and their hash |
//! | `frontend/index.html` | `index.html`, its line `<!-- boardwalk:scripts -->` replaced by the tags of the above |
//!
//! Whatever lies under `static/` may be cached for ever, since its folder is named after its contents; nothing else may.
//! Each file that compression helps has a twin `{name}.br`. Files that have not changed keep their modification time,
//! so that the server is not built again for nothing.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::fingerprint::{Fingerprint, files_below, read};
use crate::styles;

/// The line of `frontend/index.html` that becomes the tags of scripts and styles.
pub const PLACEHOLDER: &str = "<!-- boardwalk:scripts -->";

/// The line of `assets/admin/index.html` that becomes the tag of styles.
const STYLES_PLACEHOLDER: &str = "<!-- boardwalk:styles -->";

/// The sheets that nothing needs which a board's page begins with: `parts.js` switches them on with the first part that does.
const LATER_SHEETS: [&str; 8] = [
    "32-dialogs.css",
    "40-home.css",
    "52-board-panels.css",
    "55-board-tools.css",
    "57-comments.css",
    "57-versions.css",
    "58-company.css",
    "59-facilitate.css",
];
/// What a page begins with, then [`LATER_SHEETS`], then those whose names come after all of these: in the cascade's order.
const STYLES: [&str; 3] = ["app.css", PANELS, "narrow.css"];
/// What [`LATER_SHEETS`] become.
const PANELS: &str = "panels.css";

/// The line of `frontend/service-worker.js` that becomes the list of files.
const FILES_PLACEHOLDER: &str = "/* boardwalk:files */";

/// Names of wasm-bindgen's two main files.
const SCRIPT: &str = "frontend.js";
/// The first part of the program.
pub const WASM: &str = "frontend_bg.wasm";
/// The first part and all that a board needs, as one file; a quick build has none.
pub const WHOLE: &str = "board.wasm";
/// What is cut off [`WHOLE`], and comes right after it; `parts.js` knows its name.
pub const LATER: &str = "later.wasm";
/// The part that they hold.
pub const WHOLE_PART: &str = "board";
/// The part that every board's page asks for once the board is there.
const AROUND_PART: &str = "around";
/// Which part needs which files beyond the first: lines of a part's name and a file's.
pub const PARTS: &str = "parts.txt";
/// The page's content security policy forbids scripts inside the page, hence a file of its own.
const START: &str = r#"import start from "./frontend.js";
import { follow, holds, style } from "./parts.js";

const whole = WHOLE && location.pathname.startsWith("/b/");
if (whole) holds("board");
else style();
await start({ module_or_path: new URL(whole ? "./board.wasm" : "./frontend_bg.wasm", import.meta.url) });
follow();
// Only secure origins have them. Once the page runs: what it keeps for later must not delay it now.
navigator.serviceWorker?.register("/service-worker.js", { updateViaCache: "none" }).catch(() => {});
"#;
/// Before the first paint: the theme chosen here (`frontend/src/preferences.rs` keeps it), lest the system's flash. And
/// the parts of the program that the address needs are asked for at once, beside the first, not after it.
const EARLY: &str = r#"try {
  const theme = localStorage.getItem("boardwalk.theme");
  if (theme) document.documentElement.dataset.theme = theme;
} catch {}
{
  const files = location.pathname.startsWith("/b/") ? BOARD : HOME;
  for (const file of files) {
    const link = document.createElement("link");
    Object.assign(link, { rel: "preload", as: "fetch", type: "application/wasm", crossOrigin: "anonymous" });
    link.href = new URL(file, document.currentScript.src);
    document.head.append(link);
  }
}
"#;
const COMPRESSED: [&str; 9] = ["css", "html", "js", "json", "svg", "ttf", "txt", "wasm", "webmanifest"];

/// What the folder will hold, by path.
#[derive(Default)]
pub struct Dist {
    files: BTreeMap<PathBuf, Vec<u8>>,
    /// Files by the part that needs them.
    parts: BTreeMap<String, Vec<PathBuf>>,
    /// Whether there is [`WHOLE`].
    has_whole: bool,
}

/// Whether files get their compressed twins.
#[derive(Clone, Copy, PartialEq)]
pub enum Compression {
    /// None: for builds that nobody downloads.
    None,
    /// As small as brotli goes.
    Brotli,
}

/// Bytes of a written folder.
#[derive(Default)]
pub struct Size {
    /// What a first visit to a board loads: scripts, WASM, styles and page, with brotli.
    pub board: usize,
    /// What a board's page asks for by itself right after that.
    pub later: usize,
    /// What a first visit to the home page loads.
    pub home: usize,
    /// Files, without their compressed twins.
    pub files: usize,
}

impl Dist {
    /// Gathers the parts: `code` is wasm-bindgen's output with the WASM already optimised.
    pub fn gather(root: &Path, code: &Path) -> Result<Self> {
        let mut dist = Self::default();
        let code_folder = dist.add_code(code)?;
        let styles = dist.add_styles(&root.join("assets/styles"))?;
        for kind in ["admin", "fonts", "icons"] {
            let folder = root.join("assets").join(kind);
            for file in files_below(&folder)? {
                dist.files.insert(Path::new(kind).join(&file), read(&folder.join(&file))?);
            }
        }
        dist.add_styles_to_admin(&styles)?;
        dist.files.insert("app.webmanifest".into(), read(&root.join("assets/app.webmanifest"))?);
        let page = text(&root.join("frontend/index.html"))?;
        dist.files.insert("index.html".into(), inject(&page, &code_folder, &styles)?.into_bytes());
        dist.add_service_worker(&text(&root.join("frontend/service-worker.js"))?)?;
        Ok(dist)
    }

    /// The administration page is on the same scales.
    fn add_styles_to_admin(&mut self, styles: &str) -> Result<()> {
        let page = self.files.get_mut(Path::new("admin/index.html")).context("assets/admin/index.html is missing")?;
        let text = String::from_utf8_lossy(page);
        ensure!(text.contains(STYLES_PLACEHOLDER), "assets/admin/index.html must hold the line {STYLES_PLACEHOLDER}");
        let text = text.replace(STYLES_PLACEHOLDER, &style_tags(styles, "").join("\n    "));
        *page = text.into_bytes();
        Ok(())
    }

    /// The service worker of exactly these files.
    fn add_service_worker(&mut self, source: &str) -> Result<()> {
        ensure!(
            source.matches(FILES_PLACEHOLDER).count() == 1,
            "frontend/service-worker.js must hold the line {FILES_PLACEHOLDER} once"
        );
        let needed = self.files.iter().filter(|(name, _)| is_needed_offline(name));
        let names: Vec<String> = needed.clone().map(|(name, _)| format!("\"/{}\"", name.display())).collect();
        let hash = needed
            .map(|(_, contents)| contents.as_slice())
            .chain([source.as_bytes()])
            .chain(self.files.get(Path::new("index.html")).map(Vec::as_slice))
            .fold(Fingerprint::default(), Fingerprint::bytes)
            .finish();
        let lines = format!("const VERSION = \"{}\";\nconst FILES = [{}];", &hash[..16], names.join(", "));
        let source = source.replace(FILES_PLACEHOLDER, &lines);
        self.files.insert("service-worker.js".into(), source.into_bytes());
        Ok(())
    }

    fn add_code(&mut self, code: &Path) -> Result<String> {
        let mut files = Vec::new();
        for file in files_below(code)? {
            let contents = read(&code.join(&file))?;
            if file != Path::new(PARTS) {
                files.push((file, contents));
            }
        }
        self.parts = parts(&code.join(PARTS))?;
        self.has_whole = files.iter().any(|(file, _)| file == Path::new(WHOLE));
        let start = START.replace("WHOLE", &self.has_whole.to_string());
        files.push((PathBuf::from("start.js"), start.into_bytes()));
        let early = ["board", "home"].into_iter().fold(EARLY.to_owned(), |early, page| {
            early.replace(&page.to_uppercase(), &format!("{:?}", self.code_of(page)))
        });
        files.push((PathBuf::from("early.js"), early.into_bytes()));
        for name in [SCRIPT, WASM] {
            ensure!(files.iter().any(|(file, _)| file == Path::new(name)), "{name} is missing in {}", code.display());
        }
        let folder = static_folder(files.iter().map(|(_, contents)| contents.as_slice()));
        for (file, contents) in files {
            self.files.insert(Path::new(&folder).join(file), contents);
        }
        Ok(folder)
    }

    fn add_styles(&mut self, folder: &Path) -> Result<String> {
        let mut sheets = STYLES.map(|_| String::new());
        for file in files_below(folder)?.iter().filter(|file| file.extension().is_some_and(|kind| kind == "css")) {
            let css = text(&folder.join(file))?;
            let name = file.to_string_lossy();
            let place = match LATER_SHEETS {
                later if later.contains(&name.as_ref()) => 1,
                later if later.iter().all(|other| *other < name.as_ref()) => 2,
                _ => 0,
            };
            sheets[place].push_str(&css);
            sheets[place].push('\n');
        }
        let sheets = sheets.map(|css| styles::minified(&css).into_bytes());
        let folder = static_folder(sheets.iter().map(Vec::as_slice));
        for (name, css) in STYLES.into_iter().zip(sheets) {
            self.files.insert(Path::new(&folder).join(name), css);
        }
        Ok(folder)
    }

    /// The files of the program that a page loads at once.
    fn code_of(&self, page: &str) -> Vec<PathBuf> {
        if page == WHOLE_PART && self.has_whole {
            return vec![WHOLE.into()];
        }
        std::iter::once(WASM.into()).chain(self.parts.get(page).into_iter().flatten().cloned()).collect()
    }

    /// Whether a page loads a file at once.
    fn is_loaded_for(&self, page: &str, name: &Path) -> bool {
        let is_later = page == WHOLE_PART && self.has_whole && name.ends_with(PANELS);
        let is_of_page = name.starts_with("static") && !is_later || name == Path::new("index.html");
        let needs = |file: &PathBuf| name.file_name() == Some(file.as_os_str());
        is_of_page && (name.extension().is_none_or(|kind| kind != "wasm") || self.code_of(page).iter().any(needs))
    }

    /// Whether every board's page asks for a file after those that it loads at once.
    fn is_loaded_after(&self, name: &Path) -> bool {
        let is_of_around = |file: &PathBuf| name.file_name() == Some(file.as_os_str());
        let held = self.parts.get(WHOLE_PART).into_iter().flatten().any(is_of_around);
        self.has_whole && name.starts_with("static") && (name.ends_with(LATER) || name.ends_with(PANELS))
            || !held && self.parts.get(AROUND_PART).into_iter().flatten().any(is_of_around)
    }

    /// Makes `folder` hold exactly this.
    pub fn write(&self, folder: &Path, compression: Compression) -> Result<Size> {
        let mut size = Size { files: self.files.len(), ..Size::default() };
        let mut kept = Vec::new();
        for (name, contents) in &self.files {
            let path = folder.join(name);
            let unchanged = fs::read(&path).is_ok_and(|before| before == *contents);
            if !unchanged {
                write_file(&path, contents)?;
            }
            kept.push(name.clone());
            if !is_compressed(name) || compression == Compression::None {
                continue;
            }
            let twin_name = twin(name);
            let twin_path = folder.join(&twin_name);
            if !unchanged || !twin_path.exists() {
                write_file(&twin_path, &compress(contents)?)?;
            }
            let bytes = usize::try_from(fs::metadata(&twin_path)?.len())?;
            size.board += if self.is_loaded_for("board", name) { bytes } else { 0 };
            size.later += if self.is_loaded_after(name) { bytes } else { 0 };
            size.home += if self.is_loaded_for("home", name) { bytes } else { 0 };
            kept.push(twin_name);
        }
        for file in files_below(folder)? {
            if !kept.contains(&file) {
                fs::remove_file(folder.join(file))?;
            }
        }
        Ok(size)
    }
}

fn text(file: &Path) -> Result<String> {
    String::from_utf8(read(file)?).with_context(|| format!("{} is not UTF-8", file.display()))
}

/// What a page may load: neither the server's own font file nor texts for people.
fn is_needed_offline(name: &Path) -> bool {
    let is_of_page = ["static", "icons", "fonts"].iter().any(|folder| name.starts_with(folder));
    is_of_page && name.extension().is_none_or(|kind| kind != "txt" && kind != "widths" && kind != "ttf")
        || name == Path::new("app.webmanifest")
}

/// Reads [`PARTS`].
fn parts(file: &Path) -> Result<BTreeMap<String, Vec<PathBuf>>> {
    let mut parts = BTreeMap::<String, Vec<PathBuf>>::new();
    for line in std::str::from_utf8(&read(file)?)?.lines() {
        let (part, file) = line.split_once(' ').with_context(|| format!("{PARTS}: {line:?} is no part and file"))?;
        parts.entry(part.to_owned()).or_default().push(file.into());
    }
    Ok(parts)
}

/// The page with its tags.
fn inject(page: &str, code_folder: &str, styles: &str) -> Result<String> {
    ensure!(page.matches(PLACEHOLDER).count() == 1, "frontend/index.html must hold the line {PLACEHOLDER} once");
    let mut tags = vec![format!("<script src=\"/{code_folder}/early.js\"></script>")];
    tags.extend(style_tags(styles, " disabled"));
    tags.push(format!("<link rel=\"modulepreload\" href=\"/{code_folder}/{SCRIPT}\">"));
    tags.push(format!("<script type=\"module\" src=\"/{code_folder}/start.js\"></script>"));
    Ok(page.replace(PLACEHOLDER, &tags.join("\n    ")))
}

/// The tags of the style sheets, which lie in a folder. Browsers load what is `disabled` once it is switched on.
fn style_tags(folder: &str, panels: &str) -> [String; 3] {
    STYLES.map(|name| {
        let state = if name == PANELS { panels } else { "" };
        format!("<link rel=\"stylesheet\" href=\"/{folder}/{name}\"{state}>")
    })
}

fn static_folder<'a>(contents: impl Iterator<Item = &'a [u8]>) -> String {
    let hash = contents.fold(Fingerprint::default(), Fingerprint::bytes).finish();
    format!("static/{}", &hash[..16])
}

fn is_compressed(name: &Path) -> bool {
    name.extension().is_some_and(|kind| COMPRESSED.iter().any(|known| kind == *known))
}

fn twin(name: &Path) -> PathBuf {
    let mut name = name.as_os_str().to_owned();
    name.push(".br");
    name.into()
}

fn compress(contents: &[u8]) -> Result<Vec<u8>> {
    let mut compressed = Vec::new();
    let mut writer = brotli::CompressorWriter::new(&mut compressed, 64 * 1024, 11, 24);
    writer.write_all(contents)?;
    writer.flush()?;
    drop(writer);
    Ok(compressed)
}

fn write_file(path: &Path, contents: &[u8]) -> Result<()> {
    let folder = path.parent().expect("it lies in a folder");
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    fs::write(path, contents).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(root: &Path, files: &[(&str, &str)]) {
        for (name, contents) in files {
            write_file(&root.join(name), contents.as_bytes()).unwrap();
        }
    }

    fn build(root: &Path) -> Vec<String> {
        let dist = Dist::gather(root, &root.join("code")).unwrap();
        dist.write(&root.join("dist"), Compression::Brotli).unwrap();
        files_below(&root.join("dist")).unwrap().iter().map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn a_changed_style_moves_only_the_styles_and_leaves_nothing_behind() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path();
        write(
            root,
            &[
                ("code/frontend.js", "js"),
                ("code/frontend_bg.wasm", "wasm"),
                ("code/split_board.wasm", "board"),
                ("code/home.wasm", "home"),
                ("code/parts.txt", "board split_board.wasm\nhome home.wasm\n"),
                ("code/snippets/x/inline0.js", "snippet"),
                ("assets/styles/10-a.css", "a{}"),
                ("assets/styles/40-home.css", "b{}"),
                ("assets/styles/50-c.css", "c{}"),
                ("assets/styles/60-d.css", "d{}"),
                ("assets/fonts/one.woff2", "font"),
                ("assets/icons/favicon.svg", "<svg/>"),
                ("assets/app.webmanifest", "{}"),
                ("assets/admin/index.html", "<head>\n    <!-- boardwalk:styles -->\n</head>"),
                ("frontend/index.html", "<head>\n    <!-- boardwalk:scripts -->\n</head>"),
                ("frontend/service-worker.js", "/* boardwalk:files */\nself;"),
            ],
        );
        let before = build(root);
        assert!(before.contains(&"fonts/one.woff2".to_owned()) && !before.contains(&"fonts/one.woff2.br".to_owned()));
        assert!(before.contains(&"icons/favicon.svg.br".to_owned()));
        assert!(!before.iter().any(|file| file.ends_with("parts.txt")));
        let early = before.iter().find(|file| file.ends_with("early.js")).unwrap();
        let early = fs::read_to_string(root.join("dist").join(early)).unwrap();
        let files = r#"? ["frontend_bg.wasm", "split_board.wasm"] : ["frontend_bg.wasm", "home.wasm"];"#;
        assert!(early.contains(files), "{early}");
        let page = fs::read_to_string(root.join("dist/index.html")).unwrap();
        for file in before.iter().filter(|file| file.ends_with("start.js") || file.ends_with("app.css")) {
            assert!(page.contains(&format!("\"/{file}\"")), "{file} is not in {page}");
        }
        let sheets = page.lines().filter(|line| line.contains("stylesheet"));
        let name = |line: &str| line.rsplit_once('/').map(|(_, name)| name.to_owned()).unwrap();
        let sheets: Vec<_> = sheets.map(name).collect();
        assert_eq!(sheets, ["app.css\">", "panels.css\" disabled>", "narrow.css\">"]);
        for (name, css) in STYLES.into_iter().zip(["a{}c{}", "b{}", "d{}"]) {
            let file = before.iter().find(|file| file.ends_with(name)).unwrap();
            assert_eq!(fs::read_to_string(root.join("dist").join(file)).unwrap(), css);
        }

        let admin = fs::read_to_string(root.join("dist/admin/index.html")).unwrap();
        assert!(admin.contains("/app.css\">") && admin.contains("/panels.css\">"), "{admin}");
        let worker = || fs::read_to_string(root.join("dist/service-worker.js")).unwrap();
        let former_worker = worker();
        for file in before.iter().filter(|file| file.starts_with("static/") && !file.ends_with(".br")) {
            assert!(former_worker.contains(&format!("\"/{file}\"")), "{file} is not in {former_worker}");
        }

        write(root, &[("assets/styles/40-home.css", "b{color:red}")]);
        let after = build(root);
        let version = |worker: &str| worker.lines().next().map(str::to_owned);
        assert_ne!(version(&worker()), version(&former_worker), "another page is another version");
        assert_eq!(before.len(), after.len());
        let moved: Vec<_> = after.iter().filter(|file| !before.contains(file)).collect();
        assert!(moved.iter().all(|file| file.contains(".css")), "{moved:?}");
        assert_eq!(moved.len(), 6, "the styles and their twins");
    }

    #[test]
    fn a_page_loads_its_own_parts_only() {
        let parts = [("board", "both.wasm"), ("board", "b.wasm"), ("home", "both.wasm"), ("dialogs", "d.wasm")];
        let mut dist = Dist::default();
        for (part, file) in parts {
            dist.parts.entry(part.to_owned()).or_default().push(file.into());
        }
        // Of a board in several files, of a board in one, of the home page.
        for (name, loaded) in [
            ("index.html", [true, true, true]),
            ("static/1/frontend.js", [true, true, true]),
            ("static/1/frontend_bg.wasm", [true, false, true]),
            ("static/1/both.wasm", [true, false, true]),
            ("static/1/b.wasm", [true, false, false]),
            ("static/1/board.wasm", [false, true, false]),
            ("static/1/later.wasm", [false, false, false]),
            ("static/1/app.css", [true, true, true]),
            ("static/1/panels.css", [true, false, true]),
            ("static/1/d.wasm", [false, false, false]),
            ("icons/mark.svg", [false, false, false]),
        ] {
            let pages = [("board", false), ("board", true), ("home", true)];
            let found = pages.map(|(page, has_whole)| {
                dist.has_whole = has_whole;
                dist.is_loaded_for(page, Path::new(name))
            });
            assert_eq!(found, loaded, "{name}");
        }
    }

    #[test]
    fn a_board_asks_for_what_it_does_not_hold_yet() {
        let mut dist = Dist { has_whole: true, ..Dist::default() };
        for (part, file) in [("board", "both.wasm"), ("around", "both.wasm"), ("around", "a.wasm"), ("home", "h.wasm")]
        {
            dist.parts.entry(part.to_owned()).or_default().push(file.into());
        }
        for (name, after) in [("board", false), ("later", true), ("both", false), ("a", true), ("h", false)] {
            assert_eq!(dist.is_loaded_after(Path::new(&format!("static/1/{name}.wasm"))), after, "{name}");
        }
        assert!(dist.is_loaded_after(Path::new("static/1/panels.css")));
        assert!(!dist.is_loaded_after(Path::new("static/1/app.css")));
    }

    #[test]
    fn a_page_without_the_line_is_refused() {
        assert!(inject("<head></head>", "static/1", "static/2/app.css").is_err());
    }
}
