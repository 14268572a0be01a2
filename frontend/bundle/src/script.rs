//! The pages' code: compiled to WebAssembly, bound to JavaScript, made small.

use std::{env, fs, process::Command};

use wasm_bindgen_cli_support::Bindgen;

use crate::{Outcome, Places, run, stamp};

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Builds `pkg/aida.js` and `pkg/aida_bg.wasm`.
pub fn build(places: &Places) -> Outcome {
    compile(places)?;
    let profile = if places.dev { "debug" } else { "wasm-release" };
    let compiled = places.target().join(TRIPLE).join(profile).join("frontend.wasm");

    let mark = places.pkg().join(".script");
    let wanted = stamp::of_files(std::slice::from_ref(&compiled))?;
    let wasm = places.pkg().join("aida_bg.wasm");
    if wasm.exists() && stamp::read(&mark) == Some(wanted) {
        return Ok(());
    }

    let mut bindgen = Bindgen::new();
    bindgen.input_path(&compiled).out_name("aida").typescript(false).omit_default_module_path(true);
    bindgen.web(true)?.generate(places.pkg())?;
    if !places.dev {
        shrink(places)?;
    }
    let size = fs::metadata(&wasm)?.len();
    println!("bundle: aida_bg.wasm is {} kB before compression", size / 1000);
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

fn shrink(places: &Places) -> Outcome {
    let wasm = places.pkg().join("aida_bg.wasm");
    let small = places.pkg().join("aida_small.wasm");
    run(Command::new("node")
        .arg(places.frontend().join("node_modules/binaryen/bin/wasm-opt"))
        .arg("-Oz")
        .args(["--enable-bulk-memory", "--enable-nontrapping-float-to-int", "--enable-reference-types"])
        .args(["--enable-sign-ext", "--enable-mutable-globals", "--enable-multivalue"])
        .arg(&wasm)
        .arg("-o")
        .arg(&small))?;
    fs::rename(small, wasm)?;
    Ok(())
}
