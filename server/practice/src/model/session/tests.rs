mod misbehaving;
mod refusing;
mod remembering;
mod speaking;
mod working;
mod world;
