//! The pages' code: compiled to WebAssembly, split so that a page loads what it needs, bound to JavaScript, made small.

use std::{env, fs, path::Path, process::Command};

use wasm_bindgen_cli_support::Bindgen;
use wasm_split_cli_support::Options;

use crate::{Outcome, Places, run, stamp};

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Builds `aida.js` and `aida_bg.wasm`, what every page needs, and the parts that single pages load.
pub fn build(places: &Places) -> Outcome {
    compile(places)?;
    let profile = if places.dev { "debug" } else { "wasm-release" };
    let compiled = places.target().join(TRIPLE).join(profile).join("frontend.wasm");

    let folder = places.work("script");
    let mark = folder.join(".stamp");
    let wanted = stamp::of_files(std::slice::from_ref(&compiled))?;
    if stamp::read(&mark) == Some(wanted) {
        return Ok(());
    }
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;

    let main = places.work("main.wasm");
    split(&compiled, &folder, &main)?;
    // The parts refer to what the linker named, so those names must stay.
    let mut bindgen = Bindgen::new();
    bindgen.input_path(&main).out_name("aida").typescript(false).omit_default_module_path(true);
    bindgen.keep_lld_exports(true).demangle(false);
    bindgen.web(true)?.generate(&folder)?;
    if !places.dev {
        for part in stamp::files_below(&folder, "wasm")? {
            shrink(places, &part)?;
        }
    }
    stamp::write(&mark, wanted)
}

fn compile(places: &Places) -> Outcome {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.args(["build", "--package", "frontend", "--target", TRIPLE]).current_dir(&places.root);
    // Cargo sets these for the package that is running, which is this one.
    command.env_remove("CARGO_MANIFEST_DIR").env_remove("CARGO_PKG_NAME").env("CARGO_TARGET_DIR", places.target());
    if !places.dev {
        command.args(["--profile", "wasm-release"]);
    }
    run(&mut command)
}

/// Takes the code of `#[lazy_route]` pages out of the program, each into a file of its own.
fn split(compiled: &Path, folder: &Path, main: &Path) -> Outcome {
    let input = fs::read(compiled)?;
    let mut options = Options::new(&input);
    options.output_dir = folder;
    options.main_out_path = main;
    options.main_module = "./aida.js";
    options.link_name = "./parts.js";
    wasm_split_cli_support::transform(options).map_err(|error| format!("cannot split the program: {error:#}"))?;
    Ok(())
}

fn shrink(places: &Places, wasm: &Path) -> Outcome {
    let small = wasm.with_extension("small");
    run(Command::new("node")
        .arg(places.frontend().join("node_modules/binaryen/bin/wasm-opt"))
        .args(["-Oz", "--strip-debug", "--strip-producers"])
        .args(["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-reference-types"])
        .args(["--enable-sign-ext", "--enable-mutable-globals", "--enable-multivalue"])
        .arg(wasm)
        .arg("-o")
        .arg(&small))?;
    fs::rename(small, wasm)?;
    Ok(())
}
